import type { Logger } from 'pino';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { printFaults } from '../../../shared/input/input-fault.ts';
import { readOperatorText } from '../../../shared/input/operator-file.ts';
import { readSecretText } from '../../../shared/input/secret-file.ts';
import type { ApiConfig } from '../../../shared/listener-settings.ts';
import { parseOidc } from '../../input/oidc-file.ts';
import { OpenIdProvider } from './oidc.ts';

/**
 * The provider with which people sign in, where SERVPACK_OIDC names a file with it.
 * @returns null = there is none. Fault: `config.oidc`
 */
export function readOidcSettings(
  { oidc, publicUrls }: Pick<ApiConfig, 'oidc' | 'publicUrls'>,
  log: Logger,
): Result<OpenIdProvider | null> {
  const refuse = (says: string): Result<never> => err(fault('config.oidc', says));
  const [url] = publicUrls;
  if (oidc === null) return ok(null);
  if (url === undefined)
    return refuse('SERVPACK_OIDC: needs SERVPACK_PUBLIC_URL, to which the provider sends people back');
  const text = readOperatorText(oidc);
  if (!text.ok) return refuse(`SERVPACK_OIDC: ${oidc} ${text.error}`);
  const read = parseOidc(text.value, oidc);
  if (!read.ok) return refuse(printFaults(read.error).join('; '));
  const { clientSecret } = read.value;
  const secret = readSecretText(clientSecret);
  if (!secret.ok) return refuse(`the client secret ${clientSecret} ${secret.error}`);
  return ok(new OpenIdProvider(read.value, url.endsWith('/') ? url : `${url}/`, log));
}
