import { dirname, resolve } from 'node:path';
import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { list, matching, oneOf, section, text } from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { isLoopback } from '../../shared/listener-settings.ts';
import type { Role } from '../http/contract/permissions.ts';
import { grantFields } from './client-certificates-file.ts';

/** What the members of a group of the provider may do. */
export interface GroupRule extends Narrowing {
  readonly group: string;
  readonly role: Role;
}

/** The provider with which people sign in (OpenID Connect). */
export interface OidcSettings {
  /** As the button names it: `Sign in with Example`. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** The file with the secret. */
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  /** The claim with the groups of a person. */
  readonly groupsClaim: string;
  /** What signing out ends: the session `here`, or also the one at the `provider`. */
  readonly signOut: 'here' | 'provider';
  /** The first rule whose group a person has counts. */
  readonly groups: readonly GroupRule[];
}

/** Plain HTTP would let anybody on the way sign in as anybody: only this machine may have it. */
function isIssuer(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

const fileSchema = section({
  openIdConnect: section({
    name: text().default('single sign-on'),
    issuer: matching('the URL of the provider, with https://', isIssuer),
    clientId: text(),
    clientSecret: text('a path'),
    scopes: list(matching('a scope', (value) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value))).default([
      'openid',
      'profile',
      'email',
    ]),
    groupsClaim: text().default('groups'),
    signOut: oneOf('here', 'provider').default('here'),
    groups: list(section({ group: text(), ...grantFields }), 'a list of groups and their roles'),
  }),
});

/**
 * Reads the settings of the provider. Paths in it are relative to its folder.
 * @param file its name, for the faults and for the paths; it is not opened
 */
export function parseOidc(yaml: string, file: string): Result<OidcSettings, InputFault[]> {
  const read = parseYaml(yaml, file, fileSchema);
  if (!read.ok) return err(read.error);
  const { clientSecret, scopes, ...others } = read.value.openIdConnect;
  return ok({
    ...others,
    clientSecret: resolve(dirname(file), clientSecret),
    scopes: [...new Set(['openid', ...scopes])],
  });
}
