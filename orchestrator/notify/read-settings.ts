import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { printFaults } from '../../shared/input/input-fault.ts';
import { readOperatorText } from '../../shared/input/operator-file.ts';
import type { Config } from '../../shared/config.ts';
import { parseNotify } from '../input/notify-file.ts';
import type { NotifySettings } from './settings.ts';

/**
 * The settings of notifications, where the setting SERVPACK_NOTIFY names a file of them.
 * @returns null = servpack notifies nobody; all faults of the file at once
 */
export function readNotifySettings({ notify }: Pick<Config, 'notify'>): Result<NotifySettings | null, Fault> {
  if (notify === null) return ok(null);
  const text = readOperatorText(notify);
  if (!text.ok) return err(fault('config.notify', `SERVPACK_NOTIFY: ${notify} ${text.error}`));
  const read = parseNotify(text.value, notify);
  return read.ok ? read : err(fault('config.notify', printFaults(read.error).join('; '), read.error));
}
