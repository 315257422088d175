-- Sends the GET requests of a file (see common.lua), in random order. Argument: the file.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")

function init(arguments)
    common.seed()
    requests = common.requests(arguments[1])
end

function request()
    return requests[math.random(#requests)]
end
