/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/source_file.h"

#include <sys/stat.h>

#include "core/stop.h"
#include "ingest/contract.h"
#include "ingest/load.h"
#include "ingest/source_path.h"
#include "sql/ingest.h"

/* From one look to the next: at the clock and at what is shown; at how full the batch is. */
enum { CLOCK_RECORDS = 256, WEIGHED_SHARE = 4096 };

struct reading {
    const struct source_run *run;
    const struct mapping *mapping;
    struct batch *batch;
    struct seen *seen; /* ids of the stream, once a file needed them */
    uint8_t key[INPUT_KEY_SIZE];
};

/* Where a file stands after a delivery. */
struct mark {
    int generation;
    bool replaces; /* the loads of its former content are retracted */
    bool complete;
    int64_t from, position, line;
    uint8_t hash[INPUT_HASH_SIZE];
    const char *header;
};

/* One file and what is to be done with it. */
struct file {
    const char *path; /* as opened */
    const char *name;
    struct q_file_get_row row; /* when is_known */
    struct mark mark;
    struct contract_change change; /* of its columns, until it is noted */
    bool is_known, skip, resume;
    struct input *input;
    struct arena *arena;
    struct mapping_reader *reader;
    int64_t since_us; /* when the batch began */
    unsigned unseen;  /* records since the last look at the clock */
    size_t unweighed; /* bytes of records since the last look at how full the batch is */
};

static const char *stream_name(const struct reading *r)
{
    return mapping_stream(r->mapping)->name;
}

static struct input_how how_to_read(const struct reading *r, const struct file *file)
{
    struct input_how how = mapping_how(r->mapping, file->path);
    how.key = r->key;
    return how;
}

/* Could a file of the stream have the same content? Where the size says no, it is not read. */
static bool may_have_twin(struct reading *r, const struct file *file, const struct input_how *how,
                          bool *may, GError **err)
{
    int64_t size;
    struct q_file_sized_row row;
    *may = true;
    if (!input_known_size(file->path, how, &size))
        return true;
    if (!q_file_sized(file->arena, r->run->db, r->run->source->name, stream_name(r), file->name,
                      size, &row, err))
        return false;
    *may = row.found;
    return true;
}

/* Is the content known under another name? Then its hash and size are the mark. */
static bool find_twin(struct reading *r, struct file *file, GError **err)
{
    const struct input_how how = how_to_read(r, file);
    uint8_t hash[INPUT_HASH_SIZE];
    int64_t size;
    bool may;
    struct q_file_twin_row row;
    if (!may_have_twin(r, file, &how, &may, err))
        return false;
    g_autoptr(GError) broken = NULL;
    if (!may || !input_digest(file->path, &how, hash, &size, &broken))
        return true; /* what is broken will be met again, with its place, while reading */
    if (!q_file_twin(file->arena, r->run->db, r->run->source->name, stream_name(r), file->name,
                     (struct slice){(const char *)hash, INPUT_HASH_SIZE}, &row, &file->skip, err))
        return false;
    if (file->skip) {
        memcpy(file->mark.hash, hash, sizeof hash);
        file->mark.position = size;
    }
    return true;
}

static bool open_input(struct reading *r, struct file *file, GError **err)
{
    const struct input_how how = how_to_read(r, file);
    file->input = input_open(file->path, &how, err);
    return file->input != NULL;
}

/* The content before the watermark is what it was: read on from there. */
static bool try_resume(struct reading *r, struct file *file, bool *same, GError **err)
{
    if (!open_input(r, file, err))
        return false;
    if (file->row.prefix_hash.n != INPUT_HASH_SIZE)
        return err_set(err, KENKO_ERROR_CHECK,
                       "%s: what is known of its content is damaged; remove its row in ops.file to "
                       "read it anew",
                       file->name);
    return input_skip(file->input, file->row.position, file->row.line,
                      (const uint8_t *)file->row.prefix_hash.p, same, err);
}

static bool decide_changed(struct reading *r, struct file *file, GError **err)
{
    switch (mapping_on_change(r->mapping)) {
    case ON_CHANGE_REJECT:
        return err_set(
            err, KENKO_ERROR_CONFLICT,
            "%s: the content that was loaded has changed; say on_change: replace (the new "
            "content takes its place) or append (it is added) for the stream %s",
            file->name, stream_name(r));
    case ON_CHANGE_REPLACE:
        file->mark.replaces = true;
        break;
    default:
        break;
    }
    file->mark.generation = file->row.generation + 1;
    return true;
}

/* New, grown, known or changed? */
static bool decide(struct reading *r, struct file *file, GError **err)
{
    file->mark = (struct mark){.generation = 1, .header = ""};
    if (!q_file_get(file->arena, r->run->db, r->run->source->name, stream_name(r), file->name,
                    &file->row, &file->is_known, err))
        return false;
    if (!file->is_known)
        return find_twin(r, file, err);
    file->mark.generation = file->row.generation;
    bool same = false;
    if (!try_resume(r, file, &same, err))
        return false;
    if (same) {
        file->resume = true;
        return true;
    }
    input_close(file->input);
    file->input = NULL;
    return decide_changed(r, file, err);
}

/* What came and went since the stream's newest file. */
static bool compare_columns(struct reading *r, struct file *file, GError **err)
{
    struct q_file_header_row row;
    bool found;
    if (!q_file_header(file->arena, r->run->db, r->run->source->name, stream_name(r), &row, &found,
                       err))
        return false;
    contract_compare(file->arena, found ? row.header : "", file->mark.header,
                     mapping_how(r->mapping, file->path).separator, &file->change);
    return contract_allows(r->mapping, &file->change, file->name, err);
}

static bool bind(struct reading *r, struct file *file, GError **err)
{
    if (mapping_has_header(r->mapping, file->path) && !file->resume &&
        (!mapping_read_header(file->arena, file->input, file->name, &file->mark.header, err) ||
         !compare_columns(r, file, err)))
        return false;
    file->reader = mapping_bind(file->arena, r->mapping, mapping_format(r->mapping, file->path),
                                slice_of(file->mark.header), file->name, err);
    return file->reader != NULL;
}

/* What the delivery's callbacks need. */
struct file_step {
    const struct reading *r;
    const struct file *file;
    int64_t retraction; /* load of it */
};

static bool retract_replaced(void *context, struct db *db, GError **err)
{
    struct file_step *step = context;
    const struct source_run *run = step->r->run;
    return !step->file->mark.replaces ||
           load_retract_file(db, run->job, run->source->name, stream_name(step->r),
                             step->file->name, &step->retraction, err);
}

static bool save_mark(void *context, struct db *db, int64_t load_id, GError **err)
{
    const struct file_step *step = context;
    const struct mark *mark = &step->file->mark;
    struct slice hash = {(const char *)mark->hash, INPUT_HASH_SIZE};
    struct q_file_put_params params = {.source = step->r->run->source->name,
                                       .stream = stream_name(step->r),
                                       .path = step->file->name,
                                       .generation = mark->generation,
                                       .position = mark->position,
                                       .line = mark->line,
                                       .prefix_hash = hash,
                                       .content_hash = hash,
                                       .content_hash_is_null = !mark->complete,
                                       .header = mark->header,
                                       .complete = mark->complete,
                                       .load_id = load_id};
    const struct contract_change *change = &step->file->change;
    return (!change->added ||
            contract_note(db, params.source, params.stream, params.path, change, load_id, err)) &&
           q_file_put(db, &params, NULL, err);
}

static bool date_retraction(void *context, struct db *db, GError **err)
{
    const struct file_step *step = context;
    return !step->file->mark.replaces || load_date_retraction(db, step->retraction, err);
}

static bool flush(struct reading *r, struct file *file, bool complete, GError **err)
{
    struct mark *mark = &file->mark;
    struct file_step step = {r, file, 0};
    const struct delivery_source source = {file->name, &step, retract_replaced, save_mark,
                                           date_retraction};
    mark->complete = complete;
    mark->position = input_position(file->input);
    mark->line = input_line(file->input);
    input_hash(file->input, mark->hash);
    batch_set_place(r->batch, file->name, mark->from, mark->position);
    if (!delivery_write(r->run->db, r->run->job, &r->batch, 1, &source, r->run->total, err))
        return false;
    mark->from = mark->position;
    mark->replaces = false;
    file->change = (struct contract_change){NULL, NULL};
    return true;
}

/* Not for every record: where a file is read is a question to the system. */
static void show_progress(const struct reading *r, const struct file *file)
{
    if (r->run->progress && file->unseen == 0)
        progress_at(r->run->progress, input_consumed(file->input),
                    r->run->total->read + batch_count(r->batch)->read);
}

/* Bounded by the memory it holds and by its age, so that a run that is killed has little to do
 * again. */
static bool is_due(const struct reading *r, struct file *file, size_t record)
{
    file->unweighed += record;
    if (++file->unseen < CLOCK_RECORDS && file->unweighed < r->run->batch_bytes / WEIGHED_SHARE)
        return false;
    file->unweighed = 0;
    if (batch_bytes(r->batch) >= r->run->batch_bytes)
        return true;
    if (file->unseen < CLOCK_RECORDS)
        return false;
    file->unseen = 0;
    return g_get_monotonic_time() - file->since_us >= r->run->age_us;
}

/* Read to the end in batches. A broken tail is an error after the good records before it are in. */
static bool read_records(struct reading *r, struct file *file, GError **err)
{
    g_autoptr(arena_t) scratch = arena_new();
    g_autoptr(GError) broken = NULL;
    bool found = true, any = false;
    file->since_us = g_get_monotonic_time();
    while (found) {
        struct input_record raw;
        if (!input_next(file->input, &raw, &found, &broken))
            break;
        if (found) {
            /* The offset is unique in the file, and stable however it is split. */
            batch_map(r->batch, file->reader, scratch, &raw);
            show_progress(r, file);
            any = true;
        }
        if (is_due(r, file, found ? raw.text.n : 0)) {
            if (!flush(r, file, false, err))
                return false;
            file->since_us = g_get_monotonic_time();
            if (stop_requested())
                return err_set(err, KENKO_ERROR_INTERRUPTED,
                               "%s: stopped after a batch; the next run goes on from there",
                               file->name);
        }
    }
    bool news = any || !file->is_known || file->mark.replaces || !file->row.complete;
    if (news && !flush(r, file, !broken, err))
        return false;
    if (broken) {
        g_propagate_error(err, g_steal_pointer(&broken));
        return false;
    }
    return true;
}

/* Content known under another name: its records are counted as duplicates, the file is remembered.
 */
static bool count_known_content(struct reading *r, struct file *file, GError **err)
{
    struct input_record raw;
    bool found;
    if (!open_input(r, file, err))
        return false;
    bool header = mapping_has_header(r->mapping, file->path);
    while (input_next(file->input, &raw, &found, err) && found) {
        if (header)
            file->mark.header = arena_strndup(file->arena, raw.text.p, raw.text.n);
        else
            batch_duplicate(r->batch);
        header = false;
    }
    return flush(r, file, true, err);
}

static void forget_seen(struct reading *r)
{
    batch_set_seen(r->batch, NULL);
    seen_close(r->seen);
    r->seen = NULL;
}

/* The ids serve all files of the stream; content that is replaced takes its own out. */
static bool open_seen(struct reading *r, const struct file *file, GError **err)
{
    if (!mapping_has_id(r->mapping))
        return true;
    if (file->mark.replaces)
        forget_seen(r);
    if (!r->seen)
        r->seen = seen_open(r->run->db, r->run->source->name, stream_name(r),
                            file->mark.replaces ? file->name : "", err);
    batch_set_seen(r->batch, r->seen);
    return r->seen != NULL;
}

static bool read_file(struct reading *r, struct file *file, GError **err)
{
    if (!decide(r, file, err))
        return false;
    if (file->skip)
        return count_known_content(r, file, err);
    if (file->resume) {
        file->mark.header = file->row.header;
        file->mark.from = file->row.position;
    } else if (!open_input(r, file, err)) {
        return false;
    }
    if (file->resume && file->row.complete && input_is_at_end(file->input))
        return true;
    if (!bind(r, file, err) || !open_seen(r, file, err))
        return false;
    if (read_records(r, file, err))
        return true;
    forget_seen(r); /* it may hold ids of a batch that was not committed */
    return false;
}

static int64_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

static bool read_one(struct reading *r, const char *path, GError **err)
{
    struct file file = {
        .path = path, .name = source_path_name(r->run->config, path), .arena = arena_new()};
    bool ok = read_file(r, &file, err);
    progress_pass(r->run->progress, size_of(path));
    input_close(file.input);
    arena_free(file.arena);
    return ok;
}

/* All files, whatever becomes of one: the first failure is reported at the end. */
static bool read_all(struct reading *r, const GPtrArray *paths, GError **err)
{
    g_autoptr(GError) first = NULL;
    for (guint i = 0; i < paths->len && !stop_requested(); i++) {
        g_autoptr(GError) failure = NULL;
        if (!read_one(r, paths->pdata[i], &failure) && !source_goes_on(r->run, &failure, &first))
            break;
    }
    bool ok = !first;
    if (first)
        g_propagate_error(err, g_steal_pointer(&first));
    return ok;
}

static bool read_mapping(const struct source_run *run, const struct mapping *mapping, GError **err)
{
    g_autoptr(GPtrArray) paths = source_path_find(run->config, mapping, err);
    if (!paths)
        return false;
    struct reading r = {.run = run, .mapping = mapping, .batch = source_batch(run, mapping, err)};
    if (r.batch)
        batch_derive_key(r.batch, "content", r.key, sizeof r.key);
    bool ok = r.batch && read_all(&r, paths, err);
    if (r.batch)
        forget_seen(&r);
    batch_free(r.batch);
    return ok;
}

static bool read_source(const struct source_run *run, GError **err)
{
    return source_each_mapping(run, read_mapping, err);
}

static int64_t sum_sizes(const struct source_run *run)
{
    int64_t sum = 0;
    for (size_t i = 0; i < run->source->n_mappings; i++) {
        g_autoptr(GPtrArray) paths = source_path_find(run->config, run->source->mapping[i], NULL);
        for (guint j = 0; paths && j < paths->len; j++)
            sum += size_of(paths->pdata[j]);
    }
    return sum;
}

static const char *const stream_options[] = {"!path", "encoding", "separator", "header", NULL};

const struct source_kind source_file = {.name = "file",
                                        .stream_options = stream_options,
                                        .read = read_source,
                                        .check = source_file_check,
                                        .preview = source_file_preview,
                                        .discover = source_file_discover,
                                        .size = sum_sizes};
