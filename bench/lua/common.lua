-- What the scripts share: threads that draw numbers of their own, requests out of a file, and the result as one line.
local common = {}
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

-- To be called by a thread as it begins.
function common.seed()
    math.randomseed(os.time() * 16 + number)
end

-- The GET requests of a file, a line each: a path, a tab and the token to send with it.
function common.requests(file)
    local requests = {}
    for line in io.lines(file) do
        local path, token = line:match("^(.-)\t(.*)$")
        requests[#requests + 1] = wrk.format("GET", path, { ["Authorization"] = "Bearer " .. token })
    end
    return requests
end

-- The result as JSON, behind a mark by which it is found.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

return common
