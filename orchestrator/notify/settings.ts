import type { Subscription } from '../domain/notice-routing.ts';

/** Where a secret stands. Its value is read for each delivery, and kept nowhere. */
export type SecretSource = { readonly file: string } | { readonly env: string };

/** A URL that is no secret, or where it stands: the URL of a chat is its password. */
export type UrlSource = SecretSource | { readonly url: string };

/** Forms that are sent to a URL. */
export const urlForms = ['webhook', 'slack', 'teams', 'mattermost'] as const;

export interface UrlDestination {
  readonly form: (typeof urlForms)[number];
  readonly url: UrlSource;
  /** Signs the message; only a webhook has one. */
  readonly secret: SecretSource | null;
  /** Addresses of private networks and of this machine may be the target. */
  readonly isPrivateAllowed: boolean;
}

export interface MailDestination {
  readonly form: 'mail';
  readonly server: string;
  readonly port: number;
  /** `starttls`: the connection must become encrypted. `none`: it stays in plain text. */
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly login: { readonly user: string; readonly password: SecretSource } | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly isPrivateAllowed: boolean;
}

/** A program of the folder of hooks, with the message as JSON on its standard input. */
export interface CommandDestination {
  readonly form: 'command';
  readonly run: readonly string[];
  readonly timeoutMs: number;
}

export type Delivering = UrlDestination | MailDestination | CommandDestination;

export type Destination = Subscription & { readonly by: Delivering };

/** What the settings file of notifications says. */
export interface NotifySettings {
  /** With `{campaign}` in place of a name; null = messages have no link. */
  readonly link: string | null;
  /** Policy time in which happenings of one subject become one message. */
  readonly gatherMs: number;
  readonly destinations: readonly Destination[];
}

export const destinationNames = ({ destinations }: NotifySettings): readonly string[] =>
  destinations.map(({ name }) => name);
