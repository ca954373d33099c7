import { isIP } from 'node:net';

/** The host of a request, without the port, and without the brackets of an IPv6 address. */
export const hostIn = (header: string | undefined): string =>
  (URL.parse(`http://${header ?? ''}`)?.hostname ?? '').toLowerCase().replaceAll(/^\[|\]$/g, '');

/**
 * Whether no stranger can have this host. A stranger may lead a name of their own to any address,
 * and their page is then one of the same origin as what answers there (DNS rebinding).
 */
export const isNobodyElses = (host: string): boolean => isIP(host) !== 0 || host === 'localhost';
