import { readFileSync } from 'node:fs';
import { err, fault, type Fault, messageOf, ok, type Result } from './errors.ts';

/**
 * The Redis URL with the password of a file: a mounted secret shows neither in the environment nor
 * in the list of processes. One line end at the end of the file is not part of the password. No
 * error repeats the URL or the content of the file.
 */
export function withPasswordFrom(file: string, url: string): Result<string, Fault> {
  try {
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (password === '') return err(refused('holds no password'));
    const { scheme = '', who = '', rest = '' } = form.exec(url)?.groups ?? {};
    const [user = ''] = who.split(':');
    return ok(`${scheme}${user}:${encodeURIComponent(password)}@${rest}`);
  } catch (error) {
    return err(refused(`cannot be read: ${messageOf(error)}`));
  }
}

/** Of every form: no host, database or name of a master holds an @. */
const form = /^(?<scheme>[a-z+]+:\/\/)(?:(?<who>.*)@)?(?<rest>.*)$/;

const refused = (because: string): Fault =>
  fault('config.invalid', `REDIS_PASSWORD_FILE: the file ${because}`);
