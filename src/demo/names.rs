//! The people of the demo: what they are called in several languages and scripts, and what their phone numbers and
//! cities are. Names in other scripts than the Latin one stand with a romanisation behind a bar, for user names and
//! e-mail addresses.

/// In which order the parts of a name are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `Frank McCallister`
    GivenFamily,
    /// `María García López`
    GivenTwoFamilies,
    /// `Nguyễn Thu Hà`
    FamilyTwoGiven,
    /// `佐藤 陽菜`
    FamilyGiven,
    /// `王秀英`
    FamilyGivenJoined,
    /// `ကျော် မင်း ထွန်း`: no family names, two or three given ones.
    Given,
}

/// People of a language.
#[derive(Debug)]
pub(super) struct People {
    /// How many of a thousand contacts they are.
    pub(super) share: u64,
    pub(super) order: Order,
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    /// Numbers as they are typed, `#` for a digit.
    pub(super) phones: &'static [&'static str],
    /// Streets, `#` for the number of the house.
    pub(super) streets: &'static [&'static str],
    pub(super) cities: &'static [&'static str],
}

/// Everybody. The shares sum up to a thousand.
pub(super) const PEOPLE: [People; 18] = [
    People {
        share: 130,
        order: Order::GivenFamily,
        given: "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Karen Charles Sarah Frank Nancy Daniel Lisa Matthew Betty Anthony Sandra Mark Ashley Steven Emily Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa George Deborah Siân Zoë Niamh Seán Oliver Chloe",
        family: "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart McCallister O'Brien O'Connor Macdonald Murphy Kelly Brontë",
        phones: &[
            "+1 415 555 ####",
            "+1 (212) 555-####",
            "+44 20 7946 0###",
            "+44 7700 900###",
            "1-800-555-####",
        ],
        streets: &["# Main Street", "# Oak Avenue", "# High Street", "# Station Road", "# Park Lane"],
        cities: &["London", "New York", "San Francisco", "Manchester", "Dublin", "Toronto", "Sydney"],
    },
    People {
        share: 70,
        order: Order::GivenFamily,
        given: "Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Hans Jörg Björn Matthias Lukas Jonas Felix Anna Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Käthe Gisela Susanne Claudia Julia Laura Lena Sophie Marlène Zoé",
        family: "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Maier König Walter Weiß Groß Jäger Böhm Vogt Günther Strauß Voß",
        phones: &[
            "+49 30 901820##",
            "+49 151 ########",
            "0171 #######",
            "+43 1 58858###",
            "+41 44 668 18 ##",
        ],
        streets: &["Hauptstraße #", "Bahnhofstraße #", "Goethestraße #", "Am Markt #", "Lindenallee #"],
        cities: &["Berlin", "München", "Hamburg", "Köln", "Wien", "Zürich", "Düsseldorf"],
    },
    People {
        share: 60,
        order: Order::GivenFamily,
        given: "Jean Pierre Michel André Philippe René Louis Alain Jacques Bernard Marcel Daniel Roger Paul Henri Étienne François Jérôme Loïc Gaël Marie Jeanne Françoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine Madeleine Hélène Céline Élodie Aurélie Chloé Zoé Léa Manon",
        family: "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Lefèvre Faure Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier García Lemaître Béranger",
        phones: &["+33 1 99 00 ## ##", "+33 6 39 98 ## ##", "06 39 98 ## ##", "+32 2 555 ## ##"],
        streets: &[
            "# rue de la République",
            "# avenue Victor-Hugo",
            "# place de l'Église",
            "# rue du Général-de-Gaulle",
        ],
        cities: &["Paris", "Lyon", "Marseille", "Nîmes", "Besançon", "Bruxelles", "Genève"],
    },
    People {
        share: 80,
        order: Order::GivenTwoFamilies,
        given: "Antonio José Manuel Francisco Juan David Javier Carlos Jesús Alejandro Miguel Rafael Ángel Pablo Sergio Andrés Íñigo Óscar Rubén Adrián María Carmen Ana Isabel Dolores Pilar Josefa Rosa Cristina Lucía Sofía Martina Paula Elena Raquel Inés Begoña Rocío Verónica Mónica",
        family: "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez Gil Serrano Morales Molina Suárez Ortega Delgado Castro Ortiz Núñez Iglesias Peña Ibáñez Zúñiga",
        phones: &[
            "+34 91 555 ## ##",
            "+34 6## ### ###",
            "+52 55 5555 ####",
            "+54 11 5555-####",
            "+57 1 555 ####",
        ],
        streets: &["Calle Mayor, #", "Avenida de la Constitución, #", "Plaza de España, #", "Calle Colón, #"],
        cities: &["Madrid", "Barcelona", "Málaga", "Ciudad de México", "Bogotá", "Buenos Aires", "A Coruña"],
    },
    People {
        share: 60,
        order: Order::GivenTwoFamilies,
        given: "João José António Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Daniel Marcelo Bruno Eduardo Felipe Tomás Simão Maria Ana Francisca Antónia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Letícia Júlia Luciana Beatriz Inês Conceição",
        family: "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Conceição Guimarães Magalhães Simões",
        phones: &[
            "+55 11 9#### ####",
            "+55 21 9#### ####",
            "(11) 9####-####",
            "+351 21 555 ####",
            "+351 9## ### ###",
        ],
        streets: &["Rua das Flores, #", "Avenida Paulista, #", "Travessa São João, #", "Rua da Conceição, #"],
        cities: &["São Paulo", "Rio de Janeiro", "Lisboa", "Porto", "Brasília", "Belém", "Curitiba"],
    },
    People {
        share: 90,
        order: Order::FamilyTwoGiven,
        given: "Văn Thị Hữu Đức Minh Ngọc Thu Hà Anh Tuấn Hùng Dũng Nam Long Phong Quân Sơn Thành Trung Việt Hương Lan Linh Mai Nga Nhung Phương Quỳnh Thảo Trang Trinh Vân Yến Xuân Bảo Khánh Lộc Phúc Tâm Thắng Đạt Giang Huyền Hồng Kiên Nhật",
        family: "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Lâm Trịnh Mai Đào Hà Tạ Cao Châu Thái Lương Vương Tô",
        phones: &["+84 9# ### ## ##", "+84 3# ### ####", "+84 24 3### ####", "09# ### ####"],
        streets: &["# Đường Lê Lợi", "# Phố Hàng Bài", "# Nguyễn Huệ", "# Trần Hưng Đạo"],
        cities: &["Hà Nội", "Thành phố Hồ Chí Minh", "Đà Nẵng", "Huế", "Cần Thơ", "Hải Phòng"],
    },
    People {
        share: 50,
        order: Order::GivenFamily,
        given: "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman Abdullah Mahmut Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Özlem Gülşen Gülay Büşra Işıl Çağla Tuğba İpek Ebru Derya Yağmur",
        family: "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Özcan Can Güneş Bulut Işık Taş Ünal Aksoy Tekin Acar Keskin Yavuz Güler Bozkurt Uçar Coşkun",
        phones: &["+90 532 ### ## ##", "+90 212 555 ## ##", "0 (532) ### ## ##"],
        streets: &["Atatürk Caddesi No: #", "İstiklal Caddesi No: #", "Gül Sokak No: #"],
        cities: &["İstanbul", "Ankara", "İzmir", "Diyarbakır", "Eskişehir", "Muğla"],
    },
    People {
        share: 25,
        order: Order::GivenFamily,
        given: "Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Stanisław Jakub Adam Marek Łukasz Grzegorz Mateusz Wojciech Mariusz Dariusz Zbigniew Jerzy",
        family: "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Jabłoński Wieczorek Majewski Olszewski Stępień Górski",
        phones: &["+48 22 555 ## ##", "+48 5## ### ###"],
        streets: &["ul. Polna #", "ul. Leśna #", "ul. Słoneczna #", "al. Jerozolimskie #"],
        cities: &["Warszawa", "Kraków", "Łódź", "Wrocław", "Poznań", "Gdańsk"],
    },
    People {
        share: 25,
        order: Order::GivenFamily,
        given: "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna Aleksandra Zofia Monika Teresa Danuta Natalia Karolina Marta Julia Bożena Grażyna",
        family: "Nowak Kowalska Wiśniewska Wójcik Kowalczyk Kamińska Lewandowska Zielińska Szymańska Woźniak Dąbrowska Kozłowska Jankowska Mazur Wojciechowska Kwiatkowska Krawczyk Kaczmarek Piotrowska Grabowska Zając Pawłowska Michalska Król Jabłońska Wieczorek Majewska Olszewska Stępień Górska",
        phones: &["+48 22 555 ## ##", "+48 6## ### ###"],
        streets: &["ul. Polna #", "ul. Leśna #", "ul. Słoneczna #", "al. Jerozolimskie #"],
        cities: &["Warszawa", "Kraków", "Łódź", "Wrocław", "Poznań", "Gdańsk"],
    },
    People {
        share: 30,
        order: Order::GivenFamily,
        given: "Александр|aleksandr Сергей|sergei Дмитрий|dmitri Андрей|andrei Алексей|aleksei Максим|maksim Евгений|evgeni Иван|ivan Михаил|mikhail Артём|artyom Фёдор|fyodor Николай|nikolai Владимир|vladimir Пётр|pyotr Юрий|yuri Олег|oleg",
        family: "Иванов|ivanov Смирнов|smirnov Кузнецов|kuznetsov Попов|popov Васильев|vasiliev Петров|petrov Соколов|sokolov Михайлов|mikhailov Новиков|novikov Фёдоров|fyodorov Морозов|morozov Волков|volkov Алексеев|alekseev Лебедев|lebedev Семёнов|semyonov Егоров|egorov Павлов|pavlov Козлов|kozlov Степанов|stepanov Соловьёв|solovyov",
        phones: &["+7 495 555-##-##", "+7 9## ###-##-##", "8 (9##) ###-##-##"],
        streets: &["ул. Ленина, д. #", "ул. Мира, д. #", "Невский проспект, д. #"],
        cities: &["Москва", "Санкт-Петербург", "Казань", "Екатеринбург", "Алматы"],
    },
    People {
        share: 30,
        order: Order::GivenFamily,
        given: "Анна|anna Мария|maria Елена|elena Ольга|olga Наталья|natalia Екатерина|ekaterina Татьяна|tatiana Ирина|irina Светлана|svetlana Юлия|yulia Анастасия|anastasia Дарья|daria Ксения|ksenia Полина|polina София|sofia Алёна|alyona",
        family: "Иванова|ivanova Смирнова|smirnova Кузнецова|kuznetsova Попова|popova Васильева|vasilieva Петрова|petrova Соколова|sokolova Михайлова|mikhailova Новикова|novikova Фёдорова|fyodorova Морозова|morozova Волкова|volkova Алексеева|alekseeva Лебедева|lebedeva Семёнова|semyonova Егорова|egorova Павлова|pavlova Козлова|kozlova Степанова|stepanova Соловьёва|solovyova",
        phones: &["+7 495 555-##-##", "+7 9## ###-##-##", "8 (9##) ###-##-##"],
        streets: &["ул. Ленина, д. #", "ул. Мира, д. #", "Невский проспект, д. #"],
        cities: &["Москва", "Санкт-Петербург", "Казань", "Екатеринбург", "Алматы"],
    },
    People {
        share: 50,
        order: Order::GivenTwoFamilies,
        given: "محمد|mohammed أحمد|ahmed علي|ali حسن|hassan حسين|hussein عمر|omar خالد|khaled يوسف|youssef إبراهيم|ibrahim عبدالله|abdullah مصطفى|mustafa سعيد|saeed فاطمة|fatima مريم|mariam عائشة|aisha زينب|zainab نور|noor ليلى|layla سارة|sara هدى|huda آمنة|amina رانيا|rania",
        family: "الأحمد|alahmad الحسن|alhassan العلي|alali الخطيب|alkhatib المصري|almasri الشامي|alshami حداد|haddad نجار|najjar منصور|mansour خليل|khalil سليمان|suleiman عثمان|othman صالح|saleh ناصر|nasser فارس|fares قاسم|qasim درويش|darwish الزهراني|alzahrani القحطاني|alqahtani بكري|bakri",
        phones: &["+966 5# ### ####", "+20 10 #### ####", "+971 50 ### ####", "+962 7 9### ####"],
        streets: &["شارع الملك فهد #", "شارع التحرير #", "شارع الحمراء #"],
        cities: &["الرياض", "القاهرة", "دبي", "عمّان", "بيروت"],
    },
    People {
        share: 60,
        order: Order::GivenFamily,
        given: "राम|ram श्याम|shyam अमित|amit राहुल|rahul विजय|vijay संजय|sanjay राजेश|rajesh सुरेश|suresh अनिल|anil मोहन|mohan रवि|ravi अर्जुन|arjun सीता|sita गीता|geeta प्रिया|priya नेहा|neha पूजा|pooja सुनीता|sunita कविता|kavita अनीता|anita रेखा|rekha दीपिका|deepika",
        family: "शर्मा|sharma वर्मा|verma सिंह|singh गुप्ता|gupta कुमार|kumar यादव|yadav पटेल|patel मिश्रा|mishra पाण्डेय|pandey चौधरी|chaudhary जोशी|joshi अग्रवाल|agarwal मेहता|mehta शाह|shah तिवारी|tiwari राठौर|rathore चौहान|chauhan दुबे|dubey",
        phones: &["+91 98### #####", "+91 22 2### ####", "0 98### #####"],
        streets: &["# महात्मा गांधी मार्ग", "# स्टेशन रोड", "# नेहरू नगर"],
        cities: &["दिल्ली", "मुंबई", "जयपुर", "लखनऊ", "काठमांडू"],
    },
    People {
        share: 55,
        order: Order::GivenFamily,
        given: "สมชาย|somchai สมหญิง|somying ประเสริฐ|prasert วิชัย|wichai สุรชัย|surachai อนุชา|anucha กิตติ|kitti ณัฐพล|natthaphon ธนพล|thanaphon พรทิพย์|phonthip สุดา|suda มาลี|mali วราภรณ์|waraphon ศิริพร|siriphon กาญจนา|kanchana นภา|napha ปิยะ|piya ชลธิชา|chonthicha",
        family: "แสงทอง|saengthong ใจดี|jaidee สุขใจ|sukjai ศรีสุข|srisuk ทองดี|thongdee บุญมา|bunma วงศ์สวัสดิ์|wongsawat จันทร์เพ็ญ|chanphen รัตนกุล|rattanakul พงษ์ไพร|phongphrai ชัยวัฒน์|chaiwat สายทอง|saithong มณีรัตน์|maneerat แก้วใส|kaewsai",
        phones: &["+66 2 555 ####", "+66 8# ### ####", "08#-###-####"],
        streets: &["# ถนนสุขุมวิท", "# ถนนพหลโยธิน", "# ถนนเจริญกรุง"],
        cities: &["กรุงเทพมหานคร", "เชียงใหม่", "ภูเก็ต", "ขอนแก่น"],
    },
    People {
        share: 100,
        order: Order::Given,
        given: "ကျော်|kyaw မင်း|min အောင်|aung ထွန်း|tun ဇော်|zaw လင်း|lin ဝင်း|win မြင့်|myint သန်း|than ခင်|khin မေ|may သီရိ|thiri စန္ဒာ|sandar နှင်း|hnin အေး|aye ချို|cho မြတ်|myat နိုင်|naing ဟိန်း|hein ထက်|htet စိုး|soe ဖြိုး|phyo သူ|thu ရဲ|ye ညီ|nyi ငြိမ်း|nyein လှ|hla တင်|tin မွန်|mon ယု|yu သက်|thet ပိုင်|paing",
        family: "ဦး|u ဒေါ်|daw ကို|ko မ|ma မောင်|mg",
        phones: &["+95 9 7## ### ###", "+95 9 4## ### ###", "09 7########", "၀၉ ၇########", "+95 1 5## ###"],
        streets: &["အမှတ် # ကမ်းနားလမ်း", "အမှတ် # ပြည်လမ်း", "No. #, Strand Road"],
        cities: &["ရန်ကုန်", "မန္တလေး", "နေပြည်တော်", "ပဲခူး", "တောင်ကြီး"],
    },
    People {
        share: 35,
        order: Order::FamilyGivenJoined,
        given: "伟|wei 芳|fang 娜|na 秀英|xiuying 敏|min 静|jing 丽|li 强|qiang 磊|lei 军|jun 洋|yang 勇|yong 艳|yan 杰|jie 娟|juan 涛|tao 明|ming 超|chao 秀兰|xiulan 霞|xia 平|ping 刚|gang 桂英|guiying 志强|zhiqiang 建华|jianhua 婷婷|tingting 子涵|zihan 浩然|haoran 雨桐|yutong 欣怡|xinyi",
        family: "王|wang 李|li 张|zhang 刘|liu 陈|chen 杨|yang 黄|huang 赵|zhao 周|zhou 吴|wu 徐|xu 孙|sun 马|ma 朱|zhu 胡|hu 郭|guo 何|he 林|lin 高|gao 罗|luo 郑|zheng 梁|liang 谢|xie 宋|song 唐|tang 欧阳|ouyang 司马|sima",
        phones: &["+86 138 #### ####", "+86 10 6555 ####", "+86 21 5555 ####", "138########"],
        streets: &["人民路#号", "中山路#号", "解放大道#号"],
        cities: &["北京市", "上海市", "广州市", "深圳市", "成都市", "臺北市"],
    },
    People {
        share: 30,
        order: Order::FamilyGiven,
        given: "陽菜|hina 結衣|yui 葵|aoi さくら|sakura 美咲|misaki 花子|hanako 恵子|keiko 由美|yumi 真由美|mayumi 翔太|shota 蓮|ren 大翔|hiroto 太郎|taro 健太|kenta 誠|makoto 隆|takashi 浩|hiroshi 拓也|takuya 翼|tsubasa カレン|karen",
        family: "佐藤|sato 鈴木|suzuki 高橋|takahashi 田中|tanaka 伊藤|ito 渡辺|watanabe 山本|yamamoto 中村|nakamura 小林|kobayashi 加藤|kato 吉田|yoshida 山田|yamada 佐々木|sasaki 山口|yamaguchi 松本|matsumoto 井上|inoue 木村|kimura 斎藤|saito 清水|shimizu 髙島|takashima",
        phones: &["+81 3-5555-####", "+81 90-####-####", "090-####-####"],
        streets: &["中央区銀座#丁目", "渋谷区神南#丁目", "北区梅田#丁目"],
        cities: &["東京都", "大阪市", "京都市", "札幌市", "福岡市"],
    },
    People {
        share: 20,
        order: Order::FamilyGivenJoined,
        given: "민준|minjun 서준|seojun 도윤|doyun 예준|yejun 지호|jiho 현우|hyunwoo 지훈|jihun 영수|youngsu 서연|seoyeon 서윤|seoyun 지우|jiwoo 민지|minji 수빈|subin 지은|jieun 은주|eunju 미경|migyeong 하은|haeun 유진|yujin",
        family: "김|kim 이|lee 박|park 최|choi 정|jung 강|kang 조|cho 윤|yoon 장|jang 임|lim 한|han 오|oh 서|seo 신|shin 권|kwon 황|hwang 남궁|namgung",
        phones: &["+82 2-555-####", "+82 10-####-####", "010-####-####"],
        streets: &["테헤란로 #", "세종대로 #", "해운대로 #"],
        cities: &["서울특별시", "부산광역시", "대구광역시", "인천광역시"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_of_a_thousand() {
        assert_eq!(PEOPLE.iter().map(|people| people.share).sum::<u64>(), 1_000);
    }
}
