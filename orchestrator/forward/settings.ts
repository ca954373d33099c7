import type { SecretSource, UrlSource } from '../notify/settings.ts';

/** Which entries are forwarded. `people`: those about single clients are left out. */
export type ForwardedEntries = 'all' | 'people';

/** A receiver that takes RFC 5424 over TCP, in frames that count octets (RFC 6587, 3.4.1). */
export interface SyslogReceiver {
  readonly to: 'syslog';
  readonly server: string;
  readonly port: number;
  /** `none`: plain text, for a receiver on this machine or behind a tunnel. */
  readonly tls: 'required' | 'none';
  /** Files (PEM): the authority of the receiver, and a certificate with its key for this client. */
  readonly ca: string | null;
  readonly login: { readonly cert: string; readonly key: string } | null;
  /**
   * When a batch counts as delivered. `close`: when the receiver has closed the connection after
   * it, so that it has read everything. `none`: when its machine has taken it.
   */
  readonly acknowledge: 'close' | 'none';
  /** Private enterprise number in the names of structured data. */
  readonly enterprise: number;
}

/** A receiver that takes entries as JSON, signed after Standard Webhooks. */
export interface WebhookReceiver {
  readonly to: 'webhook';
  readonly url: UrlSource;
  readonly secret: SecretSource;
  readonly isPrivateAllowed: boolean;
}

export interface ForwardSettings {
  readonly entries: ForwardedEntries;
  readonly receiver: SyslogReceiver | WebhookReceiver;
}
