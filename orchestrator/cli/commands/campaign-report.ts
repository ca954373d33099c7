import type { Command } from 'commander';
import type { ReportOptions } from '../client/show-report.ts';

export function addReportCommand(campaign: Command): void {
  campaign
    .command('report <campaign>')
    .description(
      'show the status, the blockers ranked and the clients that failed or need attention; with --json every client with its result and evidence',
    )
    .option('--archived', 'the archived campaign, also if another one of its name is there')
    .option('--html <file>', 'write the report for people into one HTML file, which needs no other file')
    .option('--sqlite <file>', 'write the campaign and all its clients into an SQLite database')
    .option('--markdown', 'print the report for people as Markdown')
    .option('--csv', 'print all clients as CSV with a header line')
    .option('--jsonl', 'print all clients, one JSON line for each')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack campaign report sms-sp4 --html sms-sp4.html\n  servpack campaign report sms-sp4 --json | jq \'.clients[] | select(.end == "failed")\'',
    )
    .allowExcessArguments()
    .action(async (name: string, options: ReportOptions, command: Command) => {
      const { showReport } = await import('../client/show-report.ts');
      await showReport(name, options, command);
    });
}
