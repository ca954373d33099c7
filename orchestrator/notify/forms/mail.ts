import { createTransport } from 'nodemailer';
import type { NoticeDocument } from '../../views/notice-document.ts';
import { noticeLines } from '../../views/notice-lines.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import { visible } from '../../../shared/visible-text.ts';
import { failed, type Sent } from '../post.ts';
import { secretOf } from '../secrets.ts';
import type { MailDestination } from '../settings.ts';
import { targetOf } from '../target.ts';
import type { SendContext } from './send-context.ts';

/** Real time for each of: the connection, the greeting, an answer. */
const answerMs = 15_000;

/**
 * Sends a message as a mail of plain text. Its Message-ID is made of the id of the message, so a
 * mail that comes twice is the same mail, and the end of an alarm is an answer to its beginning.
 */
export async function sendMail(
  { env, resolve }: SendContext,
  { server, port, tls, login, from, to, isPrivateAllowed }: MailDestination,
  document: NoticeDocument,
): Promise<Sent> {
  const target = await targetOf(server, isPrivateAllowed, resolve);
  if (!target.ok) return failed(target.error);
  const password = login === null ? null : secretOf(login.password, env);
  if (password !== null && !password.ok) return failed(password.error);
  const transport = createTransport({
    host: target.value.address,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { servername: server },
    ...(login === null ? {} : { auth: { user: login.user, pass: password?.value ?? '' } }),
    connectionTimeout: answerMs,
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const began = document.ends.flatMap(({ messages }) => messages.map((id) => messageId(id, from)));
  const link = document.link === null ? [] : ['', document.link];
  try {
    await transport.sendMail({
      from,
      to: [...to],
      messageId: messageId(document.id, from),
      ...(began[0] === undefined ? {} : { inReplyTo: began[0], references: began }),
      subject: visible(`[servpack] ${document.title}`),
      text: `${[...noticeLines(document).map(visible), ...link].join('\n')}\n`,
    });
    return { kind: 'delivered', because: 'the mail server has taken it' };
  } catch (error) {
    return failed(whyRefused(error));
  } finally {
    transport.close();
  }
}

const messageId = (id: string, from: string): string => `<${id}@${from.split('@')[1] ?? 'servpack'}>`;

/** The answer of a server may repeat what was sent to it; its code says enough. */
function whyRefused(error: unknown): string {
  const { responseCode, code } = error as { readonly responseCode?: number; readonly code?: string };
  if (code === 'EAUTH') return 'the mail server refuses the login';
  if (responseCode !== undefined) return `the mail server answers ${responseCode}`;
  if (code === 'ETLS') return 'the mail server offers no encrypted connection that can be trusted';
  return `the mail server cannot be reached: ${reasonOf(error)}`;
}
