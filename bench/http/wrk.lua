-- What wrk sends, and what it says at its end.
-- Arguments: method, body, a file of tokens, a file of bodies; "-" is none. Of a file, each request takes the next line.

local function readLines(path)
  local lines = {}
  for line in io.lines(path) do lines[#lines + 1] = line end
  return lines
end

function init(args)
  wrk.method = args[1]
  if args[2] ~= "-" then wrk.body = args[2] end
  if args[2] ~= "-" or args[4] ~= "-" then wrk.headers["content-type"] = "application/json" end
  if args[3] == "-" and args[4] == "-" then return end
  -- Texts are put together ahead where that is possible: one per line.
  local requests = {}
  if args[3] ~= "-" then
    for index, token in ipairs(readLines(args[3])) do
      wrk.headers["authorization"] = "Bearer " .. token
      requests[index] = wrk.format()
    end
  else
    for index, body in ipairs(readLines(args[4])) do
      requests[index] = wrk.format(nil, nil, nil, body)
    end
  end
  local count, next = #requests, 0
  function request()
    next = next % count + 1
    return requests[next]
  end
end

-- User and system time of this process, in hundredths of a second (proc(5)).
local function cpuTicks()
  local file = io.open("/proc/self/stat")
  if file == nil then return -1 end
  local text = file:read("*a")
  file:close()
  local fields = {}
  for field in text:match("%) (.*)"):gmatch("%S+") do fields[#fields + 1] = tonumber(field) or 0 end
  return fields[12] + fields[13]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"durationUs":%d,"refused":%d,"broken":%d,"cpuTicks":%d,"p50Us":%d,"p99Us":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    cpuTicks(), latency:percentile(50), latency:percentile(99)))
end
