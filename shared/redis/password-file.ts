import { err, type Fault, fault, ok, type Result } from '../errors.ts';
import { readOperatorText } from '../input/operator-file.ts';

/**
 * The Redis URL with the password of a file: a mounted secret stands neither in the environment nor
 * in the list of processes. One line end at the end of the file is not part of the password. No
 * error repeats the URL or the content of the file.
 */
export function withPasswordFrom(file: string, url: string): Result<string, Fault> {
  const read = readOperatorText(file);
  if (!read.ok) return err(passwordFault(read.error));
  const password = read.value.replace(/\r?\n$/, '');
  if (password === '') return err(passwordFault('holds no password'));
  const { scheme = '', who = '', rest = '' } = urlParts.exec(url)?.groups ?? {};
  const [user = ''] = who.split(':');
  return ok(`${scheme}${user}:${encodeURIComponent(password)}@${rest}`);
}

/** Every form of URL: no host, database or name of a master holds an @. */
const urlParts = /^(?<scheme>[a-z+]+:\/\/)(?:(?<who>.*)@)?(?<rest>.*)$/;

const passwordFault = (because: string): Fault =>
  fault('config.invalid', `REDIS_PASSWORD_FILE: the file ${because}`);
