/** Operations on price sheets: the shipped ones and those of the operator's own contracts. */
import { allSheets, createPriceSheet } from '../../../lifecycle/operate/prices.ts';
import { type Handlers, ok, refused } from '../../operation.ts';
import { sheetView } from '../../views/path.ts';

export const priceHandlers: Pick<Handlers, 'listPriceSheets' | 'createPriceSheet'> = {
  listPriceSheets: async ({ context }) => {
    const { catalogue, clock } = context;
    const data = (await allSheets(context)).map((sheet) => sheetView(sheet, catalogue, clock.now()));
    return ok({ object: 'list', data, next_cursor: null });
  },
  createPriceSheet: async ({ context, body }) => {
    const answer = await createPriceSheet(context, body);
    if (answer.kind === 'refused') return refused(answer.refusal);
    return ok(sheetView(answer.sheet, context.catalogue, context.clock.now()));
  },
};
