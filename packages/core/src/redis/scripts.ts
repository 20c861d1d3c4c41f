// A key's value is "c" and the token of a claim, or "d", the token that did the work, and its result. A
// script may reach Redis twice, when a client sends it again after a connection broke: then it finds its own
// token, and answers the same.

/**
 * KEYS: the key. ARGV: the claim's value, its time in milliseconds. Nil: begun; "c": in progress; else the
 * value of what is done.
 */
export const beginScript = `
local current = redis.call('GET', KEYS[1])
if current and current ~= ARGV[1] then
  if string.sub(current, 1, 1) == 'c' then return 'c' end
  return current
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return nil`;

/**
 * KEYS: the key. ARGV: the claim's value, the value of what is done, its time in milliseconds. 1: done; 0:
 * another token holds it.
 */
export const completeScript = `
local current = redis.call('GET', KEYS[1])
if current and current ~= ARGV[1] and current ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** KEYS: the key. ARGV: the claim's value. 1: given back; 0: it was not this token's any more. */
export const abandonScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1`;

/**
 * KEYS: the key. ARGV: the claim's value, its time in milliseconds. 1: renewed; 0: it was not this token's
 * any more.
 */
export const renewScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;
