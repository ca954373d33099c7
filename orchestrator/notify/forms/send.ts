import type { NoticeDocument } from '../../views/notice-document.ts';
import type { Delivering } from '../settings.ts';
import type { Sent } from '../post.ts';
import { sendCommand } from './command.ts';
import { sendMail } from './mail.ts';
import type { SendContext } from './send-context.ts';
import { sendToUrl } from './to-url.ts';

/** Tries once to deliver a message in the form of its destination. Never rejects. */
export const send = (context: SendContext, by: Delivering, document: NoticeDocument): Promise<Sent> => {
  switch (by.form) {
    case 'command':
      return sendCommand(context, by, document);
    case 'mail':
      return sendMail(context, by, document);
    default:
      return sendToUrl(context, by, document);
  }
};
