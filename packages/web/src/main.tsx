import { isProblem } from '@likeness/client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { z } from 'zod'
import { App } from './app/app.js'
import { takePlace } from './app/place.js'
import './styles.css'

// zod compiles schemas with `new Function` if it can, which the Content-Security-Policy forbids.
z.config({ jitless: true })

const place = takePlace()

const queries = new QueryClient({
  defaultOptions: {
    // A request paused while the browser thinks it is offline would look busy forever.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 30_000,
      retry: (count, error) => isProblem(error) && error.isPassing && count < 3,
    },
  },
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App first={place} />
    </QueryClientProvider>
  </StrictMode>,
)
