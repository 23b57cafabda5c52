import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  host,
  httpOrigin,
  httpUrl,
  identityUrl,
  isLoopback,
  network,
  redisUrl,
} from '../../../src/config/addresses.ts';

test('addresses come back in one form, without a slash at the end', () => {
  assert.deepEqual(httpOrigin('HTTP://Nova:8774/'), { value: 'http://nova:8774' });
  assert.deepEqual(httpOrigin('https://[::1]:8774'), { value: 'https://[::1]:8774' });
  assert.deepEqual(httpUrl('http://k:5000/identity//'), { value: 'http://k:5000/identity' });
  assert.deepEqual(identityUrl('http://k/identity'), { value: 'http://k/identity' });
});

test('texts that only some readers take for an address are refused', () => {
  for (const text of [
    '',
    'nova:8774',
    '//nova',
    'http:nova',
    'http:/nova',
    'http://',
    ' http://a',
    'http://a b',
    'http:\\\\a',
    'http://a\n',
    'http://a#',
    'http://a?',
    'http://a:99999',
    'javascript:1',
    'http://u@a',
    'http://:p@a',
    'http://a\\@b',
  ])
    assert.ok('fault' in httpUrl(text), JSON.stringify(text));
});

test('an identity address that ends in a version is refused, and a name that only begins like one is not', () => {
  for (const path of ['/v3', '/v3/', '/v2.0', '/identity/v3'])
    assert.ok('fault' in identityUrl(`http://k${path}`));
  for (const path of ['/v3x', '/version', '/v3/x'])
    assert.ok('value' in identityUrl(`http://k${path}`), path);
});

test('networks are addresses or blocks of either family', () => {
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '::/0', 'fd00::/8', '127.0.0.1', '::1'])
    assert.deepEqual(network(text), { value: text });
  for (const text of [
    '',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '10.0.0.0/-1',
    '10.0.0.0/33',
    '::/129',
    'proxy',
    '10.0.0.0/8 ',
  ])
    assert.ok('fault' in network(text), text);
});

test('hosts are addresses or names', () => {
  for (const text of ['0.0.0.0', '::', '::1', 'localhost', 'gateway-1.example'])
    assert.deepEqual(host(text), { value: text });
  for (const text of ['', '256.1.1.1', '1.2', '[::1]', 'a b', '-a', 'a..b', 'http://a', 'a:80', '*'])
    assert.ok('fault' in host(text), text);
});

test('only addresses of this machine are loopback', () => {
  for (const text of ['127.0.0.1', '127.255.0.1', '::1', 'localhost']) assert.ok(isLoopback(text));
  for (const text of ['0.0.0.0', '::', '128.0.0.1', '127.example', 'localhost.example'])
    assert.ok(!isLoopback(text));
});

test('an address of Redis may hold a password only where it does not stand in the file', () => {
  assert.ok('value' in redisUrl('redis://:pw@r', false));
  assert.ok('fault' in redisUrl('redis://:pw@r', true));
  assert.ok('value' in redisUrl('unix:///run/redis.sock', true));
  assert.ok('fault' in redisUrl('http://r', true));
});

test('no check throws or repeats what it was given', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.ipV6()), (text) => {
      for (const check of [
        httpUrl,
        httpOrigin,
        identityUrl,
        network,
        host,
        (given: string) => redisUrl(given, true),
      ]) {
        const verified = check(text);
        if ('fault' in verified) assert.ok(text.length < 6 || !verified.fault.includes(text));
      }
    }),
  );
});
