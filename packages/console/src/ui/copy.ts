/** To the clipboard, also on plain http, where browsers withhold the clipboard's own interface. */
import { toast } from './toast.tsx';

export async function copyText(text: string, said = 'Copied'): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: said });
  } catch {
    toast(copyBySelection(text) ? { text: said } : { text: 'Copying is not allowed here.', tone: 'bad' });
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'fixed opacity-0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
