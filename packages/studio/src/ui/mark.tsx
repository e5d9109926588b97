/** The logo of the Studio, without its name. */
export function Mark({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" fill="#0f766e" />
      <g fill="none" stroke="#fff" strokeWidth="2" strokeLinejoin="round" strokeLinecap="round">
        <path d="M9 11.5 16 8l7 3.5v5c0 4-3 6.6-7 7.5-4-.9-7-3.5-7-7.5z" />
        <path d="m12.6 16 2.4 2.4 4.6-4.6" />
      </g>
    </svg>
  )
}
