import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import { ConnectionSection } from './connection-section.js'
import { HeadersSection } from './headers-section.js'
import { ThemeSection } from './theme-section.js'

/** The page of the settings: headers, connection, theme. */
export function SettingsPage() {
  return (
    <Page isNarrow>
      <PageHeader title="Settings" description="Stored in this browser only." />

      <HeadersSection />
      <ConnectionSection />
      <ThemeSection />
    </Page>
  )
}
