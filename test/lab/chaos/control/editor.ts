import type { Operator } from '../../operator.ts';
import { campaignName, type ChaosCampaign, earlyPercents, type Variant } from '../campaign-file.ts';
import { askAny, Refused } from './ask-any.ts';
import type { EditAsked, Ledger } from './ledger.ts';

interface Shown {
  readonly version: number;
  readonly edition: number;
  readonly changes: readonly object[];
}

const path = `/v1/campaigns/${campaignName}`;
const triesAtMost = 60;

/**
 * The person who edits the main campaign, as the command line does: looks at the difference, then
 * asks for exactly that change. A lost answer is asked for again, and must not count twice.
 */
export class Editor {
  readonly #operators: readonly Operator[];
  readonly #campaign: ChaosCampaign;
  readonly #ledger: Ledger;
  #edits = 0;

  constructor(operators: readonly Operator[], campaign: ChaosCampaign, ledger: Ledger) {
    this.#operators = operators;
    this.#campaign = campaign;
    this.#ledger = ledger;
  }

  /** A wave that is open keeps its size, so the other sizes are tried after a refusal. */
  async edit(variant: Variant): Promise<string> {
    const others = earlyPercents.filter((percent) => percent !== variant.earlyPercent);
    for (const earlyPercent of [variant.earlyPercent, ...others]) {
      const text = this.#campaign.text({ ...variant, earlyPercent });
      const said = await this.#change('edit', { file: 'chaos.yaml', text });
      if (!said.includes('because it has been opened')) return said;
    }
    return 'refused: no size of wave early is the present one';
  }

  async revert(toss: number): Promise<string> {
    const confirmed = this.#ledger.edits.flatMap(({ confirmed: found }) =>
      found === null ? [] : [found.edition],
    );
    const editions = [0, ...confirmed];
    return this.#change('revert', { edition: editions[Math.floor(toss * editions.length)] ?? 0 });
  }

  async #change(action: 'edit' | 'revert', body: object): Promise<string> {
    this.#edits += 1;
    const asked: EditAsked = {
      reason: `change ${this.#edits} of the plan`,
      askedAt: Date.now(),
      confirmed: null,
    };
    this.#ledger.edits.push(asked);
    const ask = async (more: object): Promise<Shown> =>
      (await askAny(this.#operators, 'POST', `${path}/${action}`, {
        ...body,
        reason: asked.reason,
        ...more,
      })) as Shown;
    for (let tries = 0; tries < triesAtMost; tries += 1) {
      try {
        const shown = await ask({ dryRun: true });
        if (shown.changes.length === 0) return `nothing to change at edition ${shown.edition}`;
        const { edition } = await ask({ version: shown.version });
        asked.confirmed = { at: Date.now(), edition };
        return `edition ${edition}`;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (!/campaign\.(changed|busy)|join, leave or change/.test(error.message))
          return `refused: ${error.message}`;
      }
    }
    return 'given up: others change the campaign all the time';
  }
}
