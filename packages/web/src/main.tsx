import { isProblem } from '@likeness/client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { options } from 'preact'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.js'
import { takePlace } from './app/place.js'
import './styles.css'

// As React does after a click or a key: what an effect focuses has focus before the next key. By default it waits a frame.
options.requestAnimationFrame = queueMicrotask

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
  <QueryClientProvider client={queries}>
    <App first={place} />
  </QueryClientProvider>,
)
