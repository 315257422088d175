-- Bodies of contacts that nobody has yet.
local contact = {}

local function letters(count)
    local text = {}
    for index = 1, count do
        text[index] = string.char(96 + math.random(26))
    end
    return table.concat(text)
end

function contact.body()
    local first, last = letters(math.random(3, 8)), letters(math.random(3, 10))
    return string.format(
        '{"name":"%s %s","username":"%s.%s","phone":[{"phone":"+959%09d","isPrimary":true}],' ..
        '"email":[{"email":"%s.%s%d@example.com","isPrimary":true}],' ..
        '"tags":["bench tag %d","bench tag %d"],"company":"Bench company %d"}',
        first, last, first, last, math.random(0, 999999999), first, last, math.random(99999),
        math.random(1, 25), math.random(26, 50), math.random(200))
end

return contact
