-- Four of five requests read (of a file), one writes: creates, updates of contacts of a file, and
-- deletes of contacts created here. Arguments: the token, the file of requests, the file of ids.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
local contact = dofile(os.getenv("BENCH_LUA") .. "/contact.lua")

function init(arguments)
    common.seed()
    headers = { ["Authorization"] = "Bearer " .. arguments[1], ["Content-Type"] = "application/json" }
    reads, ids, created = common.requests(arguments[2]), {}, {}
    for line in io.lines(arguments[3]) do
        ids[#ids + 1] = line
    end
end

function request()
    local draw = math.random(100)
    if draw <= 80 then
        return reads[math.random(#reads)]
    elseif draw <= 88 then
        return wrk.format("POST", "/api/v1/contacts", headers, contact.body())
    elseif draw <= 96 or #created == 0 then
        local path = "/api/v1/contacts/" .. ids[math.random(#ids)]
        local body = string.format('{"notes":"seen %d times"}', math.random(1000000))
        return wrk.format("PATCH", path, headers, body)
    end
    return wrk.format("DELETE", table.remove(created), headers)
end

function response(status, headers)
    if status == 201 then
        created[#created + 1] = headers["location"] or headers["Location"]
    end
end
