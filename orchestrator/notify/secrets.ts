import { statSync } from 'node:fs';
import { err, ok, type Result } from '../../shared/errors.ts';
import { readSecretText } from '../../shared/input/secret-file.ts';
import type { SecretSource, UrlSource } from './settings.ts';
import { isUrl } from '../input/notify-file.ts';

/**
 * Secrets are read for each delivery, so that a changed file counts at once, and none of them
 * stands in Redis, in a job, in the log or in an error: an error names the place alone.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

const placeOf = (source: SecretSource): string =>
  'file' in source ? `the file ${source.file}` : `the environment variable ${source.env}`;

/** The lines of a secret that are not empty. */
function linesOf(source: SecretSource, env: Environment): Result<readonly string[], string> {
  const text = 'file' in source ? readSecretText(source.file) : ok(env[source.env] ?? '');
  if (!text.ok) return err(`${placeOf(source)} ${text.error}`);
  const lines = text.value
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.length === 0 ? err(`${placeOf(source)} is empty`) : ok(lines);
}

/** The first line of a secret. */
export function secretOf(source: SecretSource, env: Environment): Result<string, string> {
  const lines = linesOf(source, env);
  return lines.ok ? ok(lines.value[0] ?? '') : lines;
}

/** The URL of a destination. */
export function urlOf(source: UrlSource, env: Environment): Result<URL, string> {
  if ('url' in source) return ok(new URL(source.url));
  const secret = secretOf(source, env);
  if (!secret.ok) return secret;
  return isUrl(secret.value) ? ok(new URL(secret.value)) : err(`${placeOf(source)} holds no URL`);
}

/** For so long the former secret signs, too (Standard Webhooks, "Secret rotation"). */
const rotationMs = 24 * 3_600_000;

const keyForm = /^whsec_(?<base64>[A-Za-z0-9+/]{32,88}={0,2})$/;

/**
 * The keys that sign a message: the first line of the secret, and for 24 hours after the file has
 * changed also its second line, the former secret. Standard Webhooks asks for 24 to 64 bytes.
 * @param now real time
 */
export function signingKeysOf(
  source: SecretSource,
  env: Environment,
  now: number,
): Result<readonly Buffer[], string> {
  const lines = linesOf(source, env);
  if (!lines.ok) return lines;
  const isRotating = 'file' in source && now < statSync(source.file).mtimeMs + rotationMs;
  const keys = lines.value.slice(0, isRotating ? 2 : 1).map((line) => {
    const { base64 = '' } = keyForm.exec(line)?.groups ?? {};
    return Buffer.from(base64, 'base64');
  });
  return keys.every(({ length }) => length >= 24 && length <= 64)
    ? ok(keys)
    : err(`${placeOf(source)} holds no secret of the form whsec_… with 24 to 64 bytes in base64`);
}
