-- Creates contacts: name, username, a phone, an email, two tags of fifty, a company of two hundred.
-- Argument: the token.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
local contact = dofile(os.getenv("BENCH_LUA") .. "/contact.lua")

function init(arguments)
    common.seed()
    headers = { ["Authorization"] = "Bearer " .. arguments[1], ["Content-Type"] = "application/json" }
end

function request()
    return wrk.format("POST", "/api/v1/contacts", headers, contact.body())
end
