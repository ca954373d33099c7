import { type Logger, pino } from 'pino';
import { type LogStream, type LogTrouble, openLogStream } from './log-stream.ts';

/** Keys whose values never reach a log, wherever they stand. */
const secrets = ['password', 'token', 'authorization', 'redisUrl', 'url.password'];

/**
 * The log of one process: JSON lines on stderr, with the names of campaign, client and activation
 * where they are known.
 */
export function openLog(role: string, level: string): Logger {
  const base = { role, pid: process.pid };
  const paths = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      base,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths, censor: '[redacted]' },
      serializers: { error: errorForLog },
    },
    openLogStream(({ lostLines, because }) => {
      const head = { level: pino.levels.values['warn'], time: new Date().toISOString(), ...base };
      return `${JSON.stringify({ ...head, lostLines, because, msg: 'lines of this log are lost' })}\n`;
    }),
  );
}

/** Why a log of `openLog` cannot be written; null while it is, and for any other log. */
export function troubleOf(log: Logger): LogTrouble | null {
  const { [pino.symbols.streamSym]: stream } = log as Logger & { [key: symbol]: Partial<LogStream> };
  return stream?.trouble?.() ?? null;
}

/**
 * An error's own words and place. Connection errors may carry options with a password, so nothing
 * else is kept.
 */
function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return withoutCredentials(String(error));
  return {
    type: error.name,
    message: withoutCredentials(error.message),
    stack: withoutCredentials(error.stack ?? ''),
  };
}

/**
 * Blots out user and password of any URL, up to the last @ before its path: a password may hold an
 * @ itself.
 */
export const withoutCredentials = (text: string): string => text.replace(/\/\/[^/\s]*@/g, '//[redacted]@');
