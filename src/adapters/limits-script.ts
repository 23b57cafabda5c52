import { redisScript } from './redis-script.ts';

const argumentsPerKey = 4;

/**
 * Looks at all counters first and charges them only if none refuses; a script runs alone, so nothing comes between.
 * A window begins with the first charge and ends when Redis lets the key expire: no clock of a gateway is involved.
 * Redis keeps the moment, not the time that is left: where its own clock is set back, the window would grow by as much,
 * and is made as long as ever.
 *
 * ARGV[1] is `1` to charge and `0` to look; then for each key: points to take, allowance, window in ms, `1` where the
 * limit refuses. Answers `[1 if charged, and for each key: consumed, ms left, 1 if it fits]`.
 */
export const countScript = redisScript(`
local values = redis.call('MGET', unpack(KEYS))
local reply = {tonumber(ARGV[1])}
for i = 1, #KEYS do
  local at = (i - 1) * ${argumentsPerKey} + 2
  local consumed = tonumber(values[i] or 0)
  local left = 0
  if values[i] then
    local window = tonumber(ARGV[at + 2])
    left = redis.call('PTTL', KEYS[i])
    if left < 0 or left > window then
      left = window
      redis.call('PEXPIRE', KEYS[i], left)
    end
  end
  local fits = consumed + tonumber(ARGV[at]) <= tonumber(ARGV[at + 1])
  if not fits and ARGV[at + 3] == '1' then reply[1] = 0 end
  reply[i * 3 - 1] = consumed
  reply[i * 3] = left
  reply[i * 3 + 1] = fits and 1 or 0
end
if reply[1] == 0 then return reply end
for i = 1, #KEYS do
  local at = (i - 1) * ${argumentsPerKey} + 2
  if reply[i * 3 + 1] == 1 then
    if values[i] then
      reply[i * 3 - 1] = redis.call('INCRBY', KEYS[i], ARGV[at])
    else
      redis.call('SET', KEYS[i], ARGV[at], 'PX', ARGV[at + 2])
      reply[i * 3 - 1] = tonumber(ARGV[at])
      reply[i * 3] = tonumber(ARGV[at + 2])
    end
  end
end
return reply
`);

/**
 * Gives charges back. ARGV holds points and ms left for each key; a key with more time left than that is a later
 * window, which was never charged.
 */
export const refundScript = redisScript(`
for i = 1, #KEYS do
  local left = redis.call('PTTL', KEYS[i])
  if left > 0 and left <= tonumber(ARGV[i * 2]) then
    redis.call('DECRBY', KEYS[i], ARGV[i * 2 - 1])
  end
end
return 1
`);

/**
 * Charges what gateways let through by themselves while the store was away, whether it fits or not. ARGV holds points
 * and the ms that are left of the gateway's own window for each key.
 */
export const owedScript = redisScript(`
for i = 1, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('INCRBY', KEYS[i], ARGV[i * 2 - 1])
  else
    redis.call('SET', KEYS[i], ARGV[i * 2 - 1], 'PX', ARGV[i * 2])
  end
end
return 1
`);

/** What the store knows of one counter. */
export interface Counter {
  readonly consumed: number;
  readonly leftMs: number;
  readonly fits: boolean;
}

/** Reads the answer of `countScript`. */
export const readCounters = (
  reply: unknown,
): { readonly charged: boolean; readonly counters: readonly Counter[] } => {
  const numbers = reply as readonly number[];
  const counters: Counter[] = [];
  for (let at = 1; at + 2 < numbers.length; at += 3)
    counters.push({
      consumed: numbers[at] as number,
      leftMs: numbers[at + 1] as number,
      fits: numbers[at + 2] === 1,
    });
  return { charged: numbers[0] === 1, counters };
};
