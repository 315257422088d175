-- Sends GET requests of a file, in random order. A line is a path, a tab and the token to send with it.
-- Argument: the file.
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(arguments)
    math.randomseed(os.time() * 16 + number)
    requests = {}
    for line in io.lines(arguments[1]) do
        local path, token = line:match("^(.-)\t(.*)$")
        requests[#requests + 1] = wrk.format("GET", path, { ["Authorization"] = "Bearer " .. token })
    end
end

function request()
    return requests[math.random(#requests)]
end

function done(summary, latency)
    -- Another Lua state than that of the threads, which has no arguments: the folder is in the environment.
    dofile(os.getenv("BENCH_LUA") .. "/report.lua")(summary, latency)
end
