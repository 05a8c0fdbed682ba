import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  checkOutboundUrl,
  guardedLookup,
  hostOf,
  isPublicAddress,
  type Resolve,
  resolveByDns,
  UnsafeUrlError,
} from '../../../functions/shared/outbound-url.ts';

describe('a URL', () => {
  it.each([
    ['https://vendor.example.com/offers', 'vendor.example.com'],
    ['https://vendor.example.com:8443/offers?x=1', 'vendor.example.com'],
    ['HTTPS://Vendor.Example.COM', 'vendor.example.com'],
    ['https://93.184.216.34/', '93.184.216.34'],
    ['https://[2606:2800:220:1::1]/', '2606:2800:220:1::1'],
  ])('%s may be called', (text, host) => {
    expect(hostOf(checkOutboundUrl(text, false))).toBe(host);
  });

  it.each([
    ['no URL at all', 'vendor.example.com/offers', 'it is not a URL'],
    ['nothing', '', 'it is not a URL'],
    ['a zone id', 'https://[fe80::1%25eth0]/', 'it is not a URL'],
    ['plain HTTP', 'http://vendor.example.com/', 'it is http, not https'],
    ['a file', 'file:///etc/passwd', 'it is file, not https'],
    ['a user', 'https://user@vendor.example.com/', 'it carries credentials'],
    ['a password', 'https://:secret@vendor.example.com/', 'it carries credentials'],
    ['a look-alike host in the user part', 'https://vendor.example.com@10.0.0.1/', 'it carries credentials'],
    ['this machine', 'https://127.0.0.1/', '127.0.0.1 is not a public address'],
    ['this machine, short', 'https://127.1/', '127.0.0.1 is not a public address'],
    ['this machine, hexadecimal', 'http://0x7f.1', 'it is http, not https'],
    ['this machine, hexadecimal, https', 'https://0x7f.1', '127.0.0.1 is not a public address'],
    ['this machine, octal', 'https://0177.0.0.1', '127.0.0.1 is not a public address'],
    ['this machine, decimal', 'https://2130706433/', '127.0.0.1 is not a public address'],
    ['this machine, full-width digits', 'https://①②⑦.0.0.1/', '127.0.0.1 is not a public address'],
    ['this machine, IPv6', 'https://[::1]/', '::1 is not a public address'],
    ['no address', 'https://0.0.0.0/', '0.0.0.0 is not a public address'],
    ['no address, IPv6', 'https://[::]/', ':: is not a public address'],
    ['the instance metadata', 'https://169.254.169.254/latest/meta-data/', '169.254.169.254 is not a public address'],
    ['the instance metadata, decimal', 'https://2852039166/', '169.254.169.254 is not a public address'],
    ['the instance metadata, IPv6', 'https://[fd00:ec2::254]/', 'fd00:ec2::254 is not a public address'],
    ['a private network', 'https://10.0.0.1.', '10.0.0.1 is not a public address'],
    ['a private network, mapped', 'https://[::ffff:10.0.0.1]/', '::ffff:a00:1 is not a public address'],
    ['a private network by NAT64', 'https://[64:ff9b::10.0.0.1]/', '64:ff9b::a00:1 is not a public address'],
    ['a private network by 6to4', 'https://[2002:a00:1::]/', '2002:a00:1:: is not a public address'],
  ])('to %s must not be called', (_, text, message) => {
    expect(() => checkOutboundUrl(text, false)).toThrow(new UnsafeUrlError(message));
  });

  it.each(['http://127.0.0.1:4000/offers', 'https://127.0.0.1/', 'http://[::1]:4000/', 'http://127.1:4000/'])(
    'to loopback, %s, may be called where the policy allows it',
    (text) => {
      expect(checkOutboundUrl(text, true).href).toBe(new URL(text).href);
    },
  );

  it.each([
    ['http://localhost:4000/', 'it is http, not https'],
    ['http://10.0.0.1/', 'it is http, not https'],
    ['https://10.0.0.1/', '10.0.0.1 is not a public address'],
    ['http://vendor.example.com/', 'it is http, not https'],
    ['ftp://127.0.0.1/', 'it is ftp, not https'],
    ['http://user:pw@127.0.0.1/', 'it carries credentials'],
    ['https://[::ffff:10.0.0.1]/', '::ffff:a00:1 is not a public address'],
  ])('%s must not be called even then', (text, message) => {
    expect(() => checkOutboundUrl(text, true)).toThrow(new UnsafeUrlError(message));
  });
});

describe('an address', () => {
  it.each([
    ['1.1.1.1', true],
    ['9.255.255.255', true],
    ['11.0.0.0', true],
    ['100.63.255.255', true],
    ['100.64.0.0', false],
    ['100.127.255.255', false],
    ['100.128.0.0', true],
    ['172.15.255.255', true],
    ['172.16.0.0', false],
    ['172.31.255.255', false],
    ['172.32.0.0', true],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['203.0.113.9', false],
    ['224.0.0.1', false],
    ['239.255.255.255', false],
    ['255.255.255.255', false],
    ['2606:4700::1111', true],
    ['fe80::1', false],
    ['fc00::1', false],
    ['fdff::1', false],
    ['ff02::1', false],
    ['::ffff:1.1.1.1', false],
    ['::10.0.0.1', false],
    ['2001::1', false],
    ['2001:db8::1', false],
    ['2002::1', false],
    ['vendor.example.com', false],
    ['', false],
  ])('%s is public: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });
});

const answering =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

/** Runs the lookup as net.connect would. */
function look(resolve: Resolve, options: { all?: boolean } = { all: true }) {
  return new Promise<unknown[]>((done) => {
    guardedLookup(resolve)('vendor.example.com', options, (...result) => done(result));
  });
}

describe('a name', () => {
  it('connects to the addresses that were checked', async () => {
    const addresses = [
      { address: '2606:4700::1', family: 6 },
      { address: '1.1.1.1', family: 4 },
    ];
    expect(await look(answering('2606:4700::1', '1.1.1.1'))).toEqual([null, addresses]);
    expect(await look(answering('1.1.1.1', '1.0.0.1'), {})).toEqual([null, '1.1.1.1', 4]);
  });

  it.each([['10.0.0.1'], ['169.254.169.254'], ['127.0.0.1'], ['::1'], ['fd00::1'], ['::ffff:10.0.0.1']])(
    'with one address that is not public, %s, is refused',
    async (address) => {
      const [error] = await look(answering('1.1.1.1', address));
      expect(error).toEqual(
        new UnsafeUrlError(`vendor.example.com resolves to ${address}, which is not a public address`),
      );
    },
  );

  it('that is rebound to this machine after it was checked still leads to the checked address', async () => {
    const answers = [['1.1.1.1'], ['127.0.0.1']];
    const rebinding: Resolve = async (name) => answering(...(answers.shift() ?? []))(name);
    expect(await look(rebinding)).toEqual([null, [{ address: '1.1.1.1', family: 4 }]]);
    // The next connection asks anew, and is refused.
    const [error] = await look(rebinding);
    expect(error).toBeInstanceOf(UnsafeUrlError);
  });

  it('is refused before any connection is tried', async () => {
    const error = await new Promise((done) => {
      const socket = connect({ host: 'vendor.example.com', port: 9, lookup: guardedLookup(answering('127.0.0.1')) });
      socket.on('error', done);
      socket.on('connect', () => done('connected'));
    });
    expect(error).toBeInstanceOf(UnsafeUrlError);
  });

  it.each([
    ['that has no address', answering()],
    ['that DNS does not know', () => Promise.reject(Object.assign(new Error('nope'), { code: 'ENOTFOUND' }))],
  ])('%s is not found', async (_, resolve) => {
    const [error] = await look(resolve);
    expect(error).toMatchObject({ code: 'ENOTFOUND' });
    expect(error).not.toBeInstanceOf(UnsafeUrlError);
  });

  it('that means this machine is refused also when the system resolves it', async () => {
    const [error] = await look((name) => resolveByDns(name.replace('vendor.example.com', 'localhost')));
    expect(error).toBeInstanceOf(UnsafeUrlError);
  });
});
