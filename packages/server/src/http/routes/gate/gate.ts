/** The gate as it is now. Operators see whose work it is; everybody else their own, and of the rest only a shape. */
import { gatePicture } from '../../../lifecycle/operate/gate-picture.ts';
import { ownerOf } from '../../auth.ts';
import { linkBase, taskLinks } from '../../links.ts';
import { type Handlers, ok } from '../../operation.ts';
import { gateView } from '../../views/gate.ts';

const FINISHED_MOST = 30;

export const gateHandlers: Pick<Handlers, 'getGate'> = {
  getGate: async ({ context, caller, request }) => {
    const own = ownerOf(caller);
    const [picture, clips] = await Promise.all([
      gatePicture(context),
      context.store.gate.clips(own, FINISHED_MOST),
    ]);
    const links = taskLinks(context, linkBase(context.settings, request));
    return ok(gateView(picture, clips, { own, nowMs: context.clock.now(), links }));
  },
};
