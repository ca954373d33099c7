import type { Config } from '../../shared/config.ts';
import type { SendContext } from './forms/send-context.ts';
import { LiveNotifySettings } from './live-settings.ts';
import type { NotifySettings } from './settings.ts';

/** The destinations of messages, and how something is sent to them. */
export interface Notifier {
  readonly settings: NotifySettings;
  /** The file that the settings follow; left out = they stay as they are. */
  readonly file?: Pick<LiveNotifySettings, 'trouble' | 'close'>;
  readonly sending: SendContext;
}

/** Left out where servpack notifies nobody. */
export const notifierOf = (
  settings: NotifySettings | LiveNotifySettings | null,
  { hooks }: Pick<Config, 'hooks'>,
): { readonly notifier?: Notifier } =>
  settings === null
    ? {}
    : {
        notifier: {
          settings,
          ...(settings instanceof LiveNotifySettings ? { file: settings } : {}),
          sending: { env: process.env, hooks, now: Date.now },
        },
      };
