const PARTS = [
  { name: 'header', color: 'text-danger' },
  { name: 'claims', color: 'text-accent' },
  { name: 'signature', color: 'text-warning' },
] as const

/** A token with a colour for each of its three parts. */
export function TokenText({ token, label }: { readonly token: string; readonly label: string }) {
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      className="max-h-48 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs wrap-anywhere whitespace-pre-wrap"
    >
      {token.split('.').map((part, index) => (
        <span key={index} className={PARTS[index]?.color}>
          {index > 0 && <span className="text-faint">.</span>}
          {part}
        </span>
      ))}
    </pre>
  )
}
