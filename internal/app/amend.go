package app

import (
	"context"
	"fmt"
	"time"

	"tanggap/cities"
	"tanggap/cities/amend"
)

// editsEvery is the time between two looks for what staff say otherwise than the pack, on every node.
const editsEvery = 2 * time.Second

// Reload reads the city pack anew, and puts over it what the database says. A bad one is refused, and the
// old one stays.
func (a *App) Reload() error {
	p, err := loadPack(a.cfg.City)
	if err != nil {
		return fmt.Errorf("reloading the city pack: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := a.amend(ctx, p); err != nil {
		return fmt.Errorf("reloading the city pack: %w", err)
	}
	return nil
}

// amend puts what the database says over a pack, and the two in force.
func (a *App) amend(ctx context.Context, p *pack) error {
	a.amending.Lock()
	defer a.amending.Unlock()
	return a.put(ctx, p)
}

func (a *App) put(ctx context.Context, p *pack) error {
	list, version, err := a.edits.Current(ctx)
	if err != nil {
		return err
	}
	over, aside := amend.Over(p.loaded, list)
	for _, x := range aside {
		a.log.Warn("an edit of the city pack does not count", "kind", x.Edit.Section+" "+x.Edit.Key, "cause", x.Err)
	}
	next := *p
	next.city, next.version, next.aside = over.City, version, aside
	a.pack.Store(&next)
	a.bot.SetCity(over.City)
	return nil
}

// HeedEdits takes over what the database says by now, where it is anything new.
func (a *App) HeedEdits(ctx context.Context) error {
	version, err := a.edits.Version(ctx)
	if err != nil {
		return err
	}
	a.amending.Lock()
	defer a.amending.Unlock()
	if p := a.pack.Load(); p.version != version {
		return a.put(ctx, p)
	}
	return nil
}

// followEdits follows what is edited on this node and on others. It ends with ctx.
func (a *App) followEdits(ctx context.Context) {
	for wait(ctx, editsEvery) {
		if err := a.HeedEdits(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("reading what staff say otherwise than the pack", "cause", err)
		}
	}
}

// Loaded is the pack in force without what the database says over it.
func (a *App) Loaded() cities.Pack { return a.pack.Load().loaded }

// Aside are the edits that do not count, because no city comes of them.
func (a *App) Aside() []amend.Aside { return a.pack.Load().aside }
