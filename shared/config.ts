import { join } from 'node:path';
import { z } from 'zod';
import type { ClockAnchor } from './clock.ts';
import { type GuardedCommand, guardedCommands } from './domain/campaign/command-request.ts';
import { err, fault, type Fault, ok, type Result } from './errors.ts';
import { type ApiConfig, apiConfigOf, type CheckInConfig, checkInConfigOf } from './listener-settings.ts';
import { listenForms, type MetricsConfig, parseMetricsListen } from './metrics/settings.ts';
import { parseTracesUrl, type TracesConfig } from './traces/settings.ts';
import { withPasswordFrom } from './redis/password-file.ts';
import { parseRedisUrl, redisUrlForms } from './redis/redis-url.ts';

/** Settings of a process, read once from the environment and validated; plain values afterwards. */
export interface Config {
  readonly redisUrl: string;
  /**
   * Names everything in Redis. The lab uses one of its own, so that it can never touch a real
   * fleet.
   */
  readonly prefix: string;
  /** Shards of the records; fixed when a store is first opened. */
  readonly shards: number;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly api: ApiConfig;
  /** Where clients report in by themselves; null = nowhere. */
  readonly checkIn: CheckInConfig | null;
  /**
   * Upgrades and remediations one worker process drives at once, and looks of surveys that it
   * makes at once.
   */
  readonly concurrency: { readonly upgrades: number; readonly remediations: number; readonly looks: number };
  /**
   * How clients are reached: `simulated:PORT` is a lab fleet on this machine,
   * `simulated:HOST:PORT` one elsewhere, `ssh` are real clients.
   */
  readonly gateway: string | null;
  /** The file that says how the gateway `ssh` logs in. */
  readonly sshConfig: string | null;
  /** Real time that a call on a client may take. */
  readonly callDeadlineMs: number;
  /** The operator's own product profiles, read when a release is staged. */
  readonly profiles: string;
  /** The programs that campaigns may run as hooks; null = none. */
  readonly hooks: string | null;
  /** Which commands another person must approve; none = every person acts alone. */
  readonly fourEyes: readonly GuardedCommand[];
  /** Policy time until a command that waits for an approval expires. */
  readonly fourEyesMs: number;
  /** So many hooks of clients run at the same time. */
  readonly hooksAtOnce: number;
  /** The file that says who gets messages about campaigns; null = nobody does. */
  readonly notify: string | null;
  /**
   * Holds a folder with the component files of each release, by its name; null = where each was
   * staged.
   */
  readonly releases: string | null;
  /** A worker touches this file as long as it runs and reaches its Redis. */
  readonly heartbeatFile: string | null;
  /** The orchestrator may run on a Redis that may lose records when it ends. */
  readonly acceptLoss: boolean;
  /** Lab time; null = real time. */
  readonly labClock: ClockAnchor | null;
  /**
   * So many of the newest audit entries of each shard stay in Redis after they were written to the
   * files.
   */
  readonly auditKeep: number;
  readonly metrics: MetricsConfig;
  /** Where spans are sent; null = nowhere. */
  readonly traces: TracesConfig | null;
  /** Whether administrators are shown the queues. */
  readonly showsQueues: boolean;
  /** The file that says who gets the audit, such as a SIEM; null = nobody does. */
  readonly forward: string | null;
}

/** A whole number. What was given is said, because a mistake in a number is hard to see without. */
const whole = (least: number, most: number) =>
  z.string().transform((text, context): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const given = JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}…` : text);
    context.addIssue(`must be a whole number from ${least} to ${most}, and is ${given}`);
    return z.NEVER;
  });

const count = (least: number, most: number, usual: number) => whole(least, most).default(usual);

const anchor = z.strictObject({
  labAt: z.number().nonnegative(),
  realAt: z.number().nonnegative(),
  speed: z.number().positive(),
});

/** Every setting there is: name, form, default. `docs/settings.md` explains them. */
export const environment = z.object({
  REDIS_URL: z.string().refine((url) => parseRedisUrl(url) !== null, `must be ${redisUrlForms}`),
  /** Holds the password of REDIS_URL, which then names none. */
  REDIS_PASSWORD_FILE: z.string().optional(),
  SERVPACK_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9 and -')
    .default('servpack'),
  SERVPACK_SHARDS: count(1, 64, 1),
  SERVPACK_DATA: z.string().min(1).default('.servpack'),
  SERVPACK_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SERVPACK_HOST: z.string().min(1).default('127.0.0.1'),
  /** The certificate of the API, and its key; not set = plain HTTP. */
  SERVPACK_TLS_CERT: z.string().optional(),
  SERVPACK_TLS_KEY: z.string().optional(),
  /** YAML: the authorities of client certificates, and what each certificate may do. */
  SERVPACK_CLIENT_CERTS: z.string().optional(),
  /** YAML: the provider with which people sign in, and which groups have which roles. */
  SERVPACK_OIDC: z.string().optional(),
  /** Said in so many words: the API beyond loopback, where its token travels in plain text. */
  SERVPACK_API_WITHOUT_TLS: z.literal('allowed', 'must be allowed, or not set').optional(),
  /** Said in so many words: a proxy with TLS stands before the API. */
  SERVPACK_BEHIND_TLS: z.literal('1', 'must be 1, or not set').optional(),
  SERVPACK_PUBLIC_URL: z
    .string()
    .transform((text, context): readonly string[] => {
      const urls = text.split(/[\s,]+/).filter((each) => each !== '');
      if (urls.every((each) => /^https?:\/\/[^/@]+\/?/.test(each) && URL.canParse(each))) return urls;
      context.addIssue('must be URLs such as https://servpack.example, with commas between them');
      return z.NEVER;
    })
    .optional(),
  SERVPACK_PORT: count(0, 65_535, 7300),
  SERVPACK_CHECKIN_HOST: z.string().min(1).default('127.0.0.1'),
  /** Not set = clients cannot report in by themselves. */
  SERVPACK_CHECKIN_PORT: whole(0, 65_535).optional(),
  SERVPACK_CHECKIN_ADDRESS: z.enum(['never', 'sent', 'peer']).default('never'),
  SERVPACK_CHECKIN_TLS_CERT: z.string().optional(),
  SERVPACK_CHECKIN_TLS_KEY: z.string().optional(),
  SERVPACK_UPGRADES: count(1, 1_000, 50),
  SERVPACK_REMEDIATIONS: count(1, 1_000, 10),
  SERVPACK_LOOKS: count(1, 1_000, 20),
  SERVPACK_GATEWAY: z
    .string()
    .regex(
      /^(?:ssh|simulated:([a-zA-Z0-9.-]+:)?\d{1,5})$/,
      'must be ssh, simulated:PORT or simulated:HOST:PORT',
    )
    .optional(),
  /** YAML: account, key or password by reference, known hosts, time-outs of the gateway `ssh`. */
  SERVPACK_SSH_CONFIG: z.string().optional(),
  /**
   * Seconds that a call on a client may take; after that its outcome is not known, and the client
   * is looked at.
   */
  SERVPACK_CALL_SECONDS: count(1, 3_600, 120),
  SERVPACK_RELEASES: z.string().optional(),
  SERVPACK_PRODUCTS: z.string().optional(),
  SERVPACK_HOOKS: z.string().optional(),
  SERVPACK_HOOKS_AT_ONCE: count(1, 100, 4),
  /** Commands that another person must approve, with commas between them; `all` = all of them. */
  SERVPACK_FOUR_EYES: z
    .string()
    .transform((text, context): readonly GuardedCommand[] => {
      const words = text.split(/[\s,]+/).filter((each) => each !== '');
      if (words.length === 1 && words[0] === 'all') return guardedCommands;
      const named = guardedCommands.filter((each) => words.includes(each));
      if (named.length > 0 && named.length === words.length) return named;
      context.addIssue(`must be all, or some of ${guardedCommands.join(', ')}, each once`);
      return z.NEVER;
    })
    .optional(),
  /** Hours until a command that waits for an approval expires. */
  SERVPACK_FOUR_EYES_HOURS: count(1, 720, 24),
  SERVPACK_NOTIFY: z.string().optional(),
  SERVPACK_FORWARD: z.string().optional(),
  SERVPACK_HEARTBEAT_FILE: z.string().optional(),
  /** Audit entries of each shard that stay in Redis after they were written to the files. */
  SERVPACK_AUDIT_KEEP: count(0, 100_000_000, 1_000_000),
  /** Where the metrics are answered; not set = by an orchestrator, beside an API on loopback. */
  SERVPACK_METRICS_LISTEN: z
    .string()
    .refine((text) => parseMetricsListen(text) !== null, `must be ${listenForms}`)
    .optional(),
  /** So many logon servers have series of their own. */
  SERVPACK_METRICS_SERVERS: count(0, 200, 0),
  /** Shows the queues to administrators, at /queues. */
  SERVPACK_QUEUE_BOARD: z.literal('on', 'must be on, or not set').optional(),
  /** Where spans are sent. */
  SERVPACK_TRACES: z
    .string()
    .transform((text, context): string => {
      const url = parseTracesUrl(text);
      if (url !== null) return url;
      context.addIssue(
        'must be on, or the URL of a collector such as http://127.0.0.1:4318, without a password',
      );
      return z.NEVER;
    })
    .optional(),
  SERVPACK_TRACES_RATIO: z.coerce.number().min(0).max(1).default(0.01),
  /** Said in so many words: a Redis whose records may be lost when it ends. */
  SERVPACK_ACCEPT_LOSS: z.literal('yes', 'must be yes, or not set').optional(),
  SERVPACK_LAB_CLOCK: z
    .string()
    .transform((text, context): ClockAnchor => {
      const read = anchor.safeParse(parseJson(text));
      if (read.success) return read.data;
      context.addIssue('must be {"labAt":ms,"realAt":ms,"speed":number}');
      return z.NEVER;
    })
    .optional(),
});

/**
 * Reads the settings from environment variables. An error names the variable and what was
 * expected, and its value only where a number was expected: a URL may hold a password. An empty
 * variable counts as not set, because compose files and unit files cannot leave one out.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Result<Config, Fault> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = environment.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    const name = String(issue?.path[0] ?? '');
    const missing = name === 'REDIS_URL' && given['REDIS_URL'] === undefined;
    return err(
      missing
        ? fault(
            'config.redisUrl',
            'REDIS_URL is not set; say which Redis to use, e.g. redis://127.0.0.1:6379',
          )
        : fault('config.invalid', `${name}: ${issue?.message ?? 'is not valid'}`),
    );
  }
  const { data } = read;
  const strange = sshFault(data);
  if (strange !== null) return err(fault('config.invalid', strange));
  const redisUrl =
    data.REDIS_PASSWORD_FILE === undefined
      ? ok(data.REDIS_URL)
      : withPasswordFrom(data.REDIS_PASSWORD_FILE, data.REDIS_URL);
  if (!redisUrl.ok) return redisUrl;
  const api = apiConfigOf(data);
  if (!api.ok) return api;
  const checkIn = checkInConfigOf(data);
  if (!checkIn.ok) return checkIn;
  return ok({
    redisUrl: redisUrl.value,
    prefix: data.SERVPACK_PREFIX,
    shards: data.SERVPACK_SHARDS,
    dataDir: data.SERVPACK_DATA,
    logLevel: data.SERVPACK_LOG_LEVEL,
    api: api.value,
    checkIn: checkIn.value,
    concurrency: {
      upgrades: data.SERVPACK_UPGRADES,
      remediations: data.SERVPACK_REMEDIATIONS,
      looks: data.SERVPACK_LOOKS,
    },
    gateway: data.SERVPACK_GATEWAY ?? null,
    sshConfig: data.SERVPACK_SSH_CONFIG ?? null,
    callDeadlineMs: data.SERVPACK_CALL_SECONDS * 1_000,
    profiles: data.SERVPACK_PRODUCTS ?? join(data.SERVPACK_DATA, 'products'),
    hooks: data.SERVPACK_HOOKS ?? null,
    fourEyes: data.SERVPACK_FOUR_EYES ?? [],
    fourEyesMs: data.SERVPACK_FOUR_EYES_HOURS * 3_600_000,
    hooksAtOnce: data.SERVPACK_HOOKS_AT_ONCE,
    notify: data.SERVPACK_NOTIFY ?? null,
    releases: data.SERVPACK_RELEASES ?? null,
    heartbeatFile: data.SERVPACK_HEARTBEAT_FILE ?? null,
    acceptLoss: data.SERVPACK_ACCEPT_LOSS !== undefined,
    labClock: data.SERVPACK_LAB_CLOCK ?? null,
    auditKeep: data.SERVPACK_AUDIT_KEEP,
    traces:
      data.SERVPACK_TRACES === undefined
        ? null
        : { url: data.SERVPACK_TRACES, ratio: data.SERVPACK_TRACES_RATIO },
    showsQueues: data.SERVPACK_QUEUE_BOARD !== undefined,
    forward: data.SERVPACK_FORWARD ?? null,
    metrics: {
      listen: parseMetricsListen(data.SERVPACK_METRICS_LISTEN ?? ''),
      servers: data.SERVPACK_METRICS_SERVERS,
    },
  });
}

/** Real clients have no lab time: a wait of hours would last seconds on them. */
function sshFault(data: z.output<typeof environment>): string | null {
  if (data.SERVPACK_GATEWAY !== 'ssh') return null;
  if (data.SERVPACK_LAB_CLOCK !== undefined)
    return 'SERVPACK_LAB_CLOCK: lab time is for a lab fleet; clients reached over ssh live in real time';
  return data.SERVPACK_SSH_CONFIG === undefined
    ? 'SERVPACK_SSH_CONFIG is not set; the gateway ssh needs the file that says how it logs in'
    : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
