import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Which URLs may be called from inside the account: those of the public internet only, so that a
 * URL in a policy can never reach the instance metadata, a private network or this machine.
 * Used for vendor offers and for what is written back to a CRM.
 */

/** A URL that must not be called. No retry helps. */
export class UnsafeUrlError extends Error {
  override readonly name = 'UnsafeUrlError';
}

/** IPv4 that is not the public internet (IANA special-purpose registry). */
const NOT_PUBLIC_V4 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  NOT_PUBLIC_V4.addSubnet(network, prefix, 'ipv4');
}

/** IPv6 is public only inside 2000::/3: that leaves out loopback, ULA, link-local, multicast, v4-mapped and NAT64. */
const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet('2000::', 3, 'ipv6');

/** Parts of 2000::/3 that are not, or that carry an IPv4 address inside (Teredo, 6to4). */
const NOT_PUBLIC_V6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  NOT_PUBLIC_V6.addSubnet(network, prefix, 'ipv6');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Is it an IP address of the public internet? */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !NOT_PUBLIC_V4.check(address, 'ipv4');
  return isIP(address) === 6 && GLOBAL_V6.check(address, 'ipv6') && !NOT_PUBLIC_V6.check(address, 'ipv6');
}

/**
 * Checks all of a URL that can be told without asking DNS, and returns it parsed. The parser
 * normalises odd spellings of an address (decimal, octal, short, v4-mapped) before they are looked
 * at. With `allowLoopback`, a literal loopback address may be called, also in plain HTTP. Throws
 * UnsafeUrlError, which says what is wrong.
 */
export function checkOutboundUrl(text: string, allowLoopback: boolean): URL {
  const url = URL.parse(text);
  if (url === null) throw new UnsafeUrlError('it is not a URL');
  if (url.username !== '' || url.password !== '') throw new UnsafeUrlError('it carries credentials');
  const address = hostOf(url);
  const family = isIP(address);
  if (allowLoopback && family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')) {
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  }
  if (url.protocol !== 'https:') throw new UnsafeUrlError(`it is ${url.protocol.slice(0, -1)}, not https`);
  if (family !== 0 && !isPublicAddress(address)) throw new UnsafeUrlError(`${address} is not a public address`);
  return url;
}

/** The host as net and DNS want it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Resolves a name to all of its addresses. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export const resolveByDns: Resolve = (hostname) =>
  new Promise((done, fail) => {
    dnsLookup(hostname, { all: true }, (error, addresses) => (error === null ? done(addresses) : fail(error)));
  });

/**
 * A `lookup` for node:http(s) and node:net that refuses a name any of whose addresses is not
 * public. The connection is made to the very addresses that were checked, so a name that answers
 * differently the next time (DNS rebinding) gains nothing. Literal addresses never come here:
 * `checkOutboundUrl` is for them.
 */
export function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const bad = addresses.find(({ address }) => !isPublicAddress(address));
        const first = addresses[0];
        if (bad !== undefined) return callback(notPublic(hostname, bad.address), []);
        if (first === undefined) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
        return options.all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };
}

function notPublic(hostname: string, address: string): UnsafeUrlError {
  return new UnsafeUrlError(`${hostname} resolves to ${address}, which is not a public address`);
}
