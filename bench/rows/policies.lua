-- The policies of the benchmark in Lua, as one would write them for nginx: cached token, role, three limits, the
-- metadata schema by hand, the rule about the guarded key, counters.
local cjson = require 'cjson.safe'
local lrucache = require 'resty.lrucache'
local function hex(bytes)
  return (bytes:gsub('.', function(byte) return string.format('%02x', byte:byte()) end))
end

local policies = { points = 1 }
local cache = lrucache.new(10000)
local window = 3600
local names = { 'project', 'address', 'global' }

function policies.know(known)
  for hash, roles in pairs(known) do
    cache:set(hash, { user = 'user-1', project = 'project-1', roles = roles, member = roles == 'member' })
  end
end

local function refuse(status, stage, message)
  ngx.var.fault = stage
  ngx.status = status
  ngx.header['Content-Type'] = 'application/json'
  local name = status == 413 and 'overLimit' or 'badRequest'
  ngx.print(cjson.encode({ [name] = { code = status, message = message, details = stage } }))
  return ngx.exit(status)
end

-- Attributes of an image, and what the compute service would read as JSON.
local forbidden = {
  block_device_mapping = true, mappings = true, protected = true, size = true, virtual_size = true, tags = true,
  locations = true, self = true,
}

local function flaw(body)
  if type(body) ~= 'table' then return 'not an object' end
  for name in pairs(body) do
    if name ~= 'metadata' then return 'metadata alone' end
  end
  local metadata = body.metadata
  if type(metadata) ~= 'table' then return 'metadata is needed' end
  for key, value in pairs(metadata) do
    if type(key) ~= 'string' or #key > 255 or not ngx.re.find(key, '^[a-zA-Z0-9_:. -]{1,255}$', 'jo') then
      return 'a key has letters, digits and _-:.'
    end
    if forbidden[key] then return 'no metadata' end
    if type(value) ~= 'string' or #value > 255 then return 'a value is a text of at most 255 characters' end
  end
end

local function limited(caller)
  local limits = ngx.shared.limits
  local keys = { 'p:' .. caller.project, 'a:' .. ngx.var.remote_addr, 'g' }
  local policy, state = {}, {}
  for index, key in ipairs(keys) do
    local count = limits:incr(key, 1, 0, window)
    if count > policies.points then return true end
    policy[index] = '"' .. names[index] .. '";q=' .. policies.points .. ';w=' .. window
    state[index] = '"' .. names[index] .. '";r=' .. (policies.points - count) .. ';t=' .. math.ceil(limits:ttl(key))
  end
  ngx.var.ratelimit_policy = table.concat(policy, ', ')
  ngx.var.ratelimit = table.concat(state, ', ')
end

local function strip(name)
  if ngx.re.find(name, '^x[-_](identity[-_]status|user|project|tenant|roles?|domain)', 'ijo') then
    ngx.req.clear_header(name)
  end
end

function policies.judge()
  local headers = ngx.req.get_headers()
  local token = headers['x-auth-token']
  if type(token) ~= 'string' then return refuse(401, 'authenticate', 'no token') end
  local caller = cache:get(hex(ngx.sha1_bin(token)))
  if caller == nil then return refuse(401, 'authenticate', 'invalid token') end
  ngx.var.user, ngx.var.project, ngx.var.roles = caller.user, caller.project, caller.roles
  if not caller.member then return refuse(403, 'authorize', 'role needed') end
  if limited(caller) then return refuse(413, 'rate-limit', 'over the limit') end
  ngx.req.read_body()
  local body = cjson.decode(ngx.req.get_body_data() or '')
  local wrong = flaw(body)
  if wrong then return refuse(400, 'metadata-schema', wrong) end
  for key, value in pairs(body.metadata) do
    if key:lower():match('^%s*(.-)%s*$') == 'auto_disk_config' then
      local lower = value:lower()
      if lower ~= 'true' and lower ~= 'false' then return refuse(400, 'disk-config-values', 'TRUE or FALSE') end
      return refuse(409, 'disk-config-guard', 'looks nothing up, so it lets no change pass')
    end
  end
  for name in pairs(headers) do strip(name) end
end

function policies.count()
  local counters = ngx.shared.counters
  local route = 'image-metadata-write'
  counters:incr('requests:' .. route .. ':' .. ngx.var.request_method .. ':' .. ngx.status, 1, 0)
  local seconds = tonumber(ngx.var.request_time)
  for _, bound in ipairs({ 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10 }) do
    if seconds <= bound then
      counters:incr('duration:' .. route .. ':' .. bound, 1, 0)
      break
    end
  end
  counters:incr('verdict:' .. ngx.var.fault, 1, 0)
end

return policies
