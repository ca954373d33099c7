import type { Config } from '../../shared/config.ts';
import type { SendContext } from './forms/send-context.ts';
import type { LiveNotifySettings } from './live-settings.ts';
import type { NotifySettings } from './settings.ts';

/** The destinations of messages, and how something is sent to them. */
export interface Notifier {
  readonly settings: NotifySettings;
  /** The file that the settings follow; left out = they stay as they are. */
  readonly file?: Pick<LiveNotifySettings, 'trouble' | 'close'>;
  readonly sending: SendContext;
}

/**
 * Left out where servpack notifies nobody.
 * @param file the one that the settings follow; null = they stay as they are
 */
export const notifierOf = (
  settings: NotifySettings | null,
  { hooks }: Pick<Config, 'hooks'>,
  file: Notifier['file'] | null = null,
): { readonly notifier?: Notifier } =>
  settings === null
    ? {}
    : {
        notifier: {
          settings,
          ...(file === null ? {} : { file }),
          sending: { env: process.env, hooks, now: Date.now },
        },
      };
