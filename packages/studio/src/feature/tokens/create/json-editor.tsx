import { json } from '@codemirror/lang-json'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useMemo } from 'react'
import { NONCE } from '../../../session/page-settings.js'

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warning)' },
  { tag: [tags.punctuation, tags.separator, tags.brace], color: 'var(--faint)' },
])

const LOOK = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--text)', fontSize: '0.75rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': {
    fontFamily: 'var(--font-mono, monospace)',
    padding: '8px 0',
    caretColor: 'var(--text)',
  },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-line) !important',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--accent-soft)',
    outline: '1px solid var(--accent-line)',
  },
})

/**
 * Replaces a selection of several lines when the reader types over it. The browser itself would join the lines with
 * inline styles, which the policy of the page does not allow.
 */
const TYPE_OVER_LINES = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to } = view.state.selection.main
    const isOneLine = view.state.doc.lineAt(from).to >= to
    if (event.inputType !== 'insertText' || event.isComposing || isOneLine) return false
    view.dispatch(view.state.replaceSelection(event.data ?? ''), { userEvent: 'input.type' })
    event.preventDefault()
    return true
  },
})

const SETUP = {
  lineNumbers: false,
  foldGutter: false,
  highlightActiveLine: false,
  autocompletion: false,
  searchKeymap: false,
  syntaxHighlighting: false,
} as const

/** An editor for JSON. The tab key leaves it, as it leaves any control. */
export default function JsonEditor({
  label,
  value,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
}) {
  const extensions = useMemo(
    () => [
      json(),
      syntaxHighlighting(HIGHLIGHT),
      LOOK,
      TYPE_OVER_LINES,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      ...(NONCE === undefined ? [] : [EditorView.cspNonce.of(NONCE)]),
    ],
    [label],
  )
  return (
    <CodeMirror
      className="font-mono"
      value={value}
      onChange={onChange}
      theme="none"
      basicSetup={SETUP}
      indentWithTab={false}
      minHeight="10rem"
      maxHeight="24rem"
      extensions={extensions}
    />
  )
}
