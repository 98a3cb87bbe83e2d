import type { Area } from './square-crop.js'

const shapes = ['size-24 rounded-full', 'size-14 rounded-xl', 'size-8 rounded-full']

/** The framed part as others will see it, in three sizes. */
export function FramedPreview({ url, area }: { url: string | undefined; area: Area | undefined }) {
  return (
    <div className="flex items-center gap-5" aria-hidden="true">
      {shapes.map((shape) => (
        <div key={shape} className={`relative overflow-hidden bg-sunk ring-1 ring-line ${shape}`}>
          {url && area && area.width > 0 && (
            <img
              src={url}
              alt=""
              className="absolute max-w-none"
              style={{
                width: `${(100 / area.width) * 100}%`,
                height: `${(100 / area.height) * 100}%`,
                left: `${(-area.x / area.width) * 100}%`,
                top: `${(-area.y / area.height) * 100}%`,
              }}
            />
          )}
        </div>
      ))}
    </div>
  )
}
