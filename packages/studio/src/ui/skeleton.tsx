/** A placeholder for content that is still loading. */
export function Skeleton({
  lines = 3,
  label,
}: {
  readonly lines?: number
  readonly label: string
}) {
  return (
    <div role="status" className="flex flex-col gap-2.5">
      <span className="sr-only">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span
          key={index}
          aria-hidden
          className="h-4 animate-pulse rounded bg-active odd:w-11/12 even:w-3/4"
        />
      ))}
    </div>
  )
}
