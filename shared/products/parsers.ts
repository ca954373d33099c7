import { parseCsdver } from './csdver.ts';
import { type Configuration, type ConfigurationKeys, parseSmsIni } from './sms-ini.ts';
import { parseSmsrun32, type TranscriptText } from './smsrun32.ts';

/** The parsers that a profile can name. They take whatever a client holds: none of them throws. */
export const configurationParsers = {
  'sms-ini': parseSmsIni,
} satisfies Record<string, (text: string | null, keys: ConfigurationKeys) => Configuration>;

export const transcriptParsers = {
  smsrun32: parseSmsrun32,
} satisfies Record<string, (text: string) => TranscriptText>;

export const versionParsers = {
  csdver: parseCsdver,
} satisfies Record<string, (text: string | null) => number | null>;
