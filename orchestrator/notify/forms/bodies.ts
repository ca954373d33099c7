import type { NoticeDocument } from '../../views/notice-document.ts';
import { noticeLines } from '../../views/notice-lines.ts';
import { visible } from '../../../shared/visible-text.ts';

/**
 * The bodies of messages to URLs. Names of clients, reasons and causes are text everywhere: a chat
 * must neither call a whole channel nor show a link because a client is named so.
 */

/** Standard Webhooks, "Payload structure". */
export const webhookBody = ({ type, ...data }: NoticeDocument): unknown => ({
  type,
  timestamp: data.at,
  data,
});

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

const textOf = (document: NoticeDocument, most: number): string =>
  cut(noticeLines(document).map(visible).join('\n'), most);

/** `&`, `<` and `>` begin links and mentions in Slack (api.slack.com, "Escaping text"). */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * Blocks of Slack. `plain_text` shows what stands there; a header has at most 150 characters, a
 * section 3,000.
 */
export function slackBody(document: NoticeDocument): unknown {
  const title = visible(document.title);
  const plain = (text: string): unknown => ({ type: 'plain_text', text, emoji: false });
  const link =
    document.link === null
      ? []
      : [
          {
            type: 'actions',
            elements: [{ type: 'button', text: plain('Open the campaign'), url: document.link }],
          },
        ];
  return {
    text: escaped(title),
    blocks: [
      { type: 'header', text: plain(cut(title, 150)) },
      { type: 'section', text: plain(textOf(document, 3_000)) },
      ...link,
    ],
  };
}

/**
 * A workflow of Teams takes an adaptive card ("Post to a channel when a webhook request is
 * received") of at most 28 KB. `TextRun` shows what stands there, and `TextBlock` reads Markdown.
 */
export function teamsBody(document: NoticeDocument): unknown {
  const run = (text: string, more: object = {}): unknown => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, ...more }],
  });
  const color = document.critical && document.state !== 'over' ? { color: 'attention' } : {};
  const actions =
    document.link === null
      ? []
      : [{ type: 'Action.OpenUrl', title: 'Open the campaign', url: document.link }];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            run(cut(visible(document.title), 300), { size: 'medium', weight: 'bolder', ...color }),
            ...textOf(document, 8_000)
              .split('\n')
              .map((line) => run(line)),
          ],
          actions,
        },
      },
    ],
  };
}

/** Inside a fence Mattermost reads neither Markdown nor mentions such as @channel. */
export function mattermostBody(document: NoticeDocument): unknown {
  const fenced = (text: string): string => `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``;
  const link = document.link === null ? '' : `\n${document.link}`;
  return { text: `${fenced(`${visible(document.title)}\n${textOf(document, 12_000)}`)}${link}` };
}
