package ui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"
)

// assets are the files of the bundles' folders assets/, by name. Their addresses hold a hash of their
// content, so that browsers may keep them for good.
type assets map[string]asset

type asset struct {
	hash    string
	kind    string
	content []byte
}

func readAssets(bundles []Bundle) (assets, error) {
	all := assets{}
	for _, b := range bundles {
		names, err := fs.Glob(b.Files, "assets/*")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			content, err := fs.ReadFile(b.Files, name)
			if err != nil {
				return nil, fmt.Errorf("reading the assets of %s: %w", b.Name, err)
			}
			short := path.Base(name)
			if _, twice := all[short]; twice {
				return nil, fmt.Errorf("reading the assets of %s: %s is there twice", b.Name, short)
			}
			sum := sha256.Sum256(content)
			kind := mime.TypeByExtension(path.Ext(name))
			switch path.Ext(name) { // whatever the machine's own tables say
			case ".js":
				kind = "text/javascript; charset=utf-8"
			case ".css":
				kind = "text/css; charset=utf-8"
			case ".svg":
				kind = "image/svg+xml"
			}
			all[short] = asset{hash: hex.EncodeToString(sum[:8]), kind: kind, content: content}
		}
	}
	return all, nil
}

func (a assets) path(name string) (string, error) {
	one, ok := a[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %s", name)
	}
	return "/assets/" + one.hash + "/" + name, nil
}

// Assets is GET /assets/{hash}/{name}. One of an older program's pages is gone: the page is loaded anew.
func (u *UI) Assets(w http.ResponseWriter, r *http.Request) {
	one, ok := u.assets[r.PathValue("name")]
	if !ok || one.hash != r.PathValue("hash") {
		u.Fail(w, r, http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+one.hash+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(one.content))
}
