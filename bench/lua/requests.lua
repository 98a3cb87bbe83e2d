-- wrk sends what a plan says: a Lua file that returns { requests = { … }, follow = 'confirm' | 'refresh' | nil }.
-- Requests are sent in turn, each built once. `confirm` confirms every upload that was answered and times only
-- that; `refresh` sends the token of each answer next.
local ffi = require('ffi')
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } bench_time;
  int clock_gettime(int clock, bench_time *at);
]]
local at = ffi.new('bench_time')
local function now()
  ffi.C.clock_gettime(1, at)
  return tonumber(at.seconds) * 1000 + tonumber(at.nanoseconds) / 1e6
end

local threads = {}
function setup(thread)
  threads[#threads + 1] = thread
end

local built = {}
local waiting, first, last = {}, 1, 0
local plan, turn, sent = nil, 0, {}
local tokens = {}
times = {}
answered, refused, lastRefusal = 0, 0, ''

local function wait(request)
  last = last + 1
  waiting[last] = request
end

local function nextWaiting()
  if first > last then return nil end
  local request = waiting[first]
  waiting[first] = nil
  first = first + 1
  return request
end

function init(args)
  plan = dofile(args[1])
  local bodies = {}
  for index, one in ipairs(plan.requests) do
    local body = one.body
    if one.bodyFile then
      if not bodies[one.bodyFile] then
        local file = assert(io.open(one.bodyFile, 'rb'))
        bodies[one.bodyFile] = file:read('*a')
        file:close()
      end
      body = bodies[one.bodyFile]
    end
    built[index] = wrk.format(one.method, one.path, one.headers, body)
    if one.user then tokens[one.user] = one.headers.authorization end
  end
  if plan.follow == 'confirm' then response = confirmAnswered end
  if plan.follow == 'refresh' then
    response = refreshAnswered
    for _, one in ipairs(built) do wait(one) end
  end
end

-- wrk asks for one request that it does not send, to count those in it.
local counted = false

function request()
  if not counted then
    counted = true
    return built[1]
  end
  local follower = nextWaiting()
  if follower then
    if follower.id then
      sent[follower.id] = now()
      return follower.text
    end
    return follower
  end
  turn = turn % #built + 1
  return built[turn]
end

local function refuse(status, body)
  refused = refused + 1
  lastRefusal = status .. ' ' .. body:sub(1, 300)
end

function confirmAnswered(status, headers, body)
  local id = body:match('"id":"([^"]+)"')
  if status >= 300 or not id then return refuse(status, body) end
  if sent[id] then
    times[#times + 1] = now() - sent[id]
    sent[id] = nil
    answered = answered + 1
    return
  end
  local token = tokens[body:match('"userId":"([^"]+)"')]
  local path = plan.confirmPath:gsub('ID', id)
  wait({ id = id, text = wrk.format('POST', path, { authorization = token }, nil) })
end

function refreshAnswered(status, headers, body)
  local token = body:match('"refreshToken":"([^"]+)"')
  if status >= 300 or not token then return refuse(status, body) end
  local headers = { ['content-type'] = 'application/json' }
  wait(wrk.format('POST', plan.requests[1].path, headers, '{"refreshToken":"' .. token .. '"}'))
end

function done(summary, latency)
  local one = threads[1]
  local times = one:get('times')
  table.sort(times)
  local function share(part)
    if #times == 0 then return latency:percentile(part * 100) / 1000 end
    return times[math.min(#times, math.floor(#times * part) + 1)]
  end
  local errors = summary.errors
  print(string.format(
    'figures {"requests":%d,"seconds":%f,"refused":%d,"broken":%d,"p50":%f,"p95":%f,"followed":%d}',
    summary.requests, summary.duration / 1e6, errors.status + one:get('refused'),
    errors.connect + errors.read + errors.write + errors.timeout, share(0.5), share(0.95), one:get('answered')
  ))
  if one:get('lastRefusal') ~= '' then print('refusal ' .. one:get('lastRefusal')) end
end
