// node --import: a page without a browser. What the page asks for goes out by Node itself.
import { Window } from 'happy-dom'

const window = new Window({ url: 'http://localhost/' })
for (const name of [
  'document',
  'navigator',
  'MutationObserver',
  'Node',
  'HTMLElement',
  'HTMLIFrameElement',
]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true })
}
Object.defineProperty(globalThis, 'window', { value: window, configurable: true })
