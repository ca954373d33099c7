import type { Config } from '../../shared/config.ts';
import type { SendContext } from './forms/send-context.ts';
import type { NotifySettings } from './settings.ts';

/** The destinations of messages, and how something is sent to them. */
export interface Notifier {
  readonly settings: NotifySettings;
  readonly sending: SendContext;
}

/** Left out where servpack notifies nobody. */
export const notifierOf = (
  settings: NotifySettings | null,
  { hooks }: Pick<Config, 'hooks'>,
): { readonly notifier?: Notifier } =>
  settings === null ? {} : { notifier: { settings, sending: { env: process.env, hooks, now: Date.now } } };
