-- Creates contacts: name, username, a phone, an email, two tags of fifty, a company of two hundred.
-- Argument: the token.
local contact = dofile(os.getenv("BENCH_LUA") .. "/contact.lua")
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(arguments)
    math.randomseed(os.time() * 16 + number)
    headers = { ["Authorization"] = "Bearer " .. arguments[1], ["Content-Type"] = "application/json" }
end

function request()
    return wrk.format("POST", "/api/v1/contacts", headers, contact.body())
end

function done(summary, latency)
    dofile(os.getenv("BENCH_LUA") .. "/report.lua")(summary, latency)
end
