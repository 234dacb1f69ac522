#include "core/pool.hpp"

#include <pthread.h>
#include <utility>

namespace securestack {

Pool::Pool(std::string name, std::size_t threads, std::size_t capacity) : capacity_(capacity) {
    name.resize(std::min<std::size_t>(name.size(), 15));
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, name] { run(name); });
}

Pool::~Pool() {
    stop();
}

bool Pool::try_post(Work& work) {
    {
        std::scoped_lock const lock(mutex_);
        if (stopping_ || queue_.size() >= capacity_) return false;
        queue_.push_back(std::move(work));
    }
    wake_.notify_one();
    return true;
}

std::size_t Pool::depth() const {
    std::scoped_lock const lock(mutex_);
    return queue_.size();
}

void Pool::stop() {
    std::vector<std::thread> leaving;
    {
        std::scoped_lock const lock(mutex_);
        stopping_ = true;
        leaving.swap(threads_);
    }
    wake_.notify_all();
    for (auto& thread : leaving) thread.join();
}

void Pool::run(std::string const& name) {
    pthread_setname_np(pthread_self(), name.c_str());
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        {
            auto work = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            work();
        }  // what the work holds is released outside the lock
        lock.lock();
    }
}

}  // namespace securestack
