//! What the pages tell a reader to paste is pasted, and what it prints is what they show.
//!
//! For who writes there: every block in `sh` is pasted, in the order of the page, all into one shell. The block in
//! `json` or `text` right behind it is what it prints, with the liberties of [`compare`]; without one it prints
//! nothing. What cannot be tried here says why, on the line before it: `<!-- untested: why -->`.

mod compare;
mod page;
mod shell;

use nix::sys::signal::Signal;
use sqlx::ConnectOptions;

use self::{compare::Ids, page::Step, shell::Desk};
use crate::support::{
    self, Setup, TestApp,
    app::SECRET,
    data_dir::DataDir,
    process::{Service, contacts, has_postgresql},
};

/// Pasted, one after the other, as by somebody who reads on.
const PAGES: [&str; 2] = ["README.md", "docs/api.md"];

/// Where the pages say that the service listens.
const ADDRESS: &str = "http://127.0.0.1:8080";

#[tokio::test]
async fn in_bash_the_pages_print_what_they_show() {
    paste_the_pages("bash").await;
}

#[tokio::test]
async fn in_zsh_the_pages_print_what_they_show() {
    if !shell::is_there("zsh") {
        assert!(std::env::var_os("CI").is_none(), "CI has zsh");
        support::say("no zsh here: the pages were pasted into bash only");
        return;
    }
    paste_the_pages("zsh").await;
}

async fn paste_the_pages(shell: &str) {
    let app = TestApp::with(Setup { region: None, ..Setup::default() }).await;
    let database = app.options().to_url_lossy().to_string();
    let environment = [("DATABASE_URL", database.as_str()), ("JWT_SECRET", SECRET)];
    let service = Service::start(contacts(&["serve"]).envs(environment))
        .await
        .unwrap_or_else(|output| panic!("{}", output.stderr));

    let steps: Vec<Step> = PAGES.iter().flat_map(|page| page::steps(page)).collect();
    let blocks: Vec<String> =
        steps.iter().map(|step| step.commands.text.replace(ADDRESS, &service.url)).collect();
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let outputs = Desk::new(&environment).paste(shell, &blocks).await;

    let mut ids = Ids::default();
    let mut problems = Vec::new();
    for (step, output) in steps.iter().zip(&outputs) {
        let stdout = output.stdout.replace(&service.url, ADDRESS);
        let compared = match &step.shown {
            Some(shown) => ids.compare(&shown.language, &shown.text, &stdout),
            None if stdout.trim().is_empty() => Ok(()),
            None => Err("nothing is shown".to_owned()),
        };
        let compared = compared.and_then(|()| match output.stderr.trim() {
            "" => Ok(()),
            complaint => Err(format!("the shell or a command complains: {complaint}")),
        });
        if let Err(problem) = compared {
            problems.push(format!("{}: {problem}\nprinted:\n{stdout}\n", step.commands.place));
        }
    }
    assert!(problems.is_empty(), "pasted into {shell}:\n\n{}", problems.join("\n"));
    drop(service);
    app.finish().await;
}

/// The output that the README shows below the command that starts the service.
#[tokio::test]
async fn a_start_prints_what_the_readme_shows() {
    if !has_postgresql() {
        assert!(std::env::var_os("CI").is_none(), "CI has PostgreSQL's programs");
        return;
    }
    let blocks = page::blocks("README.md");
    let start = blocks.iter().position(|block| block.text.contains("scripts/run\n")).unwrap();
    let shown = blocks[start..].iter().find(|block| block.language == "text").unwrap();

    let data = DataDir::new();
    let printed = data.path().with_extension("printed");
    let file = std::fs::File::create(&printed).unwrap();
    let mut child = data.command("serve").stdout(file).stderr(std::process::Stdio::null()).spawn().unwrap();
    let read = || std::fs::read_to_string(&printed).unwrap();
    // All of it is written at once.
    while read().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "the service ended");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap());
    nix::sys::signal::kill(pid, Signal::SIGTERM).unwrap();
    child.wait().await.unwrap();
    let stdout = read();
    std::fs::remove_file(&printed).unwrap();
    let url = stdout.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let stdout = stdout.replace(url, ADDRESS);
    Ids::default()
        .compare("text", &shown.text, &stdout)
        .unwrap_or_else(|problem| panic!("{}: {problem}\nprinted:\n{stdout}", shown.place));
}

/// Also of what is not pasted here: it is of the grammar that both shells have, and of the options that Linux and
/// macOS share.
#[tokio::test]
async fn every_block_is_for_both_shells_on_linux_and_macos() {
    const ELSEWHERE: [&str; 14] = [
        "date -d",
        "base64 -w",
        "sed -i ",
        "/proc/",
        "readlink -f",
        "grep -P",
        "xargs -r",
        "stat -c",
        "<<<",
        "[[",
        "mapfile",
        "declare ",
        "echo -",
        "head -1",
    ];
    let desk = Desk::new(&[]);
    for page in ["README.md", "docs/api.md", "docs/operations.md"] {
        for block in page::blocks(page).into_iter().filter(|block| block.language == "sh") {
            for shell in ["sh", "bash", "zsh"].into_iter().filter(|shell| shell::is_there(shell)) {
                let complaint = desk.read(shell, &block.text).await;
                assert_eq!(complaint, "", "{} in {shell}", block.place);
            }
            for part in ELSEWHERE {
                assert!(!block.text.contains(part), "{}: {part}", block.place);
            }
            // At a prompt zsh takes no comments, and both shells look into `"…!…"` for their history.
            let has_comment = block.text.lines().any(|line| line.trim_start().starts_with('#'));
            assert!(!has_comment, "{}: a comment", block.place);
        }
    }
}

/// A reader's browser goes where the contents lead.
#[test]
fn the_contents_of_a_page_lead_to_its_headings() {
    for page in ["README.md", "docs/api.md", "docs/operations.md"] {
        let text = std::fs::read_to_string(page).unwrap();
        let anchors: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix('#'))
            .map(|heading| {
                let heading = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
                heading.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
            })
            .collect();
        for link in text.split("](#").skip(1) {
            let link = link.split(')').next().unwrap();
            assert!(anchors.iter().any(|anchor| anchor == link), "{page} has no #{link}");
        }
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if !link.contains("://") && !link.starts_with('#') {
                let file = std::path::Path::new(page).parent().unwrap().join(link.split('#').next().unwrap());
                assert!(file.exists(), "{page} leads to {link}, which is not there");
            }
        }
    }
}
